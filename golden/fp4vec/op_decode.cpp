// decode: one scale byte and one code to its value. scale: one scale byte to its parts.
#include "fp4/decode.hpp"
#include "op.hpp"
#include "operands.hpp"

namespace fp4::vec {
namespace {

constexpr Fp32 one{0x3F800000};

constexpr int digits_1(const VectorConfig&) { return 1; }
constexpr int digits_2(const VectorConfig&) { return 2; }
constexpr int digits_8(const VectorConfig&) { return 8; }

constexpr Column decode_columns[]{
    {"scale", Kind::scales, 'a', false, digits_2, "scale byte of the block"},
    {"code", Kind::rows, 'a', false, digits_1, "element code"},
    {"halves", Kind::signed_int, 'a', true, digits_2, "element in half-units, two's complement"},
    {"value", Kind::fp32, 'a', true, digits_8, "element times scale, binary32"},
};

constexpr Column scale_columns[]{
    {"scale", Kind::scales, 'a', false, digits_2, "scale byte"},
    {"sig", Kind::unsigned_int, 'a', true, digits_1, "significand, three fraction bits"},
    {"exp", Kind::signed_int, 'a', true, digits_2,
     "exponent, two's complement; -126 for zero and NaN"},
    {"nan", Kind::unsigned_int, 'a', true, digits_1, "1: NaN"},
    {"value", Kind::fp32, 'a', true, digits_8, "binary32"},
};

uint64_t decode_cases(const VectorConfig&) { return 256 * 16; }
Words decode_case(const VectorConfig&, uint64_t index) {
    return {to_hex(index / 16, 2), to_hex(index % 16, 1)};
}
Words random_decode(const VectorConfig& config, SplitMix64& random) {
    return decode_case(config, random.below(decode_cases(config)));
}

Result<Words> decode_outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const auto scale_byte = static_cast<uint8_t>(from_hex(in[0]));
    const Element element{static_cast<uint8_t>(from_hex(in[1]))};
    return Words{to_hex(static_cast<uint64_t>(
                            element_halves(config.a, config.specials, scale_byte, element)),
                        2),
                 to_hex(dequantize(config.a, config.specials, scale_byte, element, one))};
}

uint64_t scale_cases(const VectorConfig&) { return 256; }
Words scale_case(const VectorConfig&, uint64_t index) { return {to_hex(index, 2)}; }
Words random_scale_case(const VectorConfig&, SplitMix64& random) {
    return {to_hex(random.next(), 2)};
}

Result<Words> scale_outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const Scale scale = block_scale(config.a, static_cast<uint8_t>(from_hex(in[0])));
    const Fp32 value = scale.nan ? fp32_nan : Fp32::from_float(scale_to_float(scale));
    return Words{to_hex(scale.significand, 1), to_hex(static_cast<uint64_t>(scale.exponent), 2),
                 scale.nan ? "1" : "0", to_hex(value)};
}

} // namespace

const OpSpec decode_op{"decode",      "one element: scale byte and code to half-units and value",
                       false,         decode_columns,
                       decode_cases,  decode_case,
                       random_decode, decode_outputs};
const OpSpec scale_op{"scale",
                      "one scale byte to significand, exponent, NaN and value",
                      false,
                      scale_columns,
                      scale_cases,
                      scale_case,
                      random_scale_case,
                      scale_outputs};

} // namespace fp4::vec
