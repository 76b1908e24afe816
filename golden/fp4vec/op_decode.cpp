// decode: one scale byte and one code to its value; in formats with sub-blocks, where the place
// counts, a scale record and the codes of a block to their values. scale: one scale byte to its
// parts.
#include "fp4/formats/decode.hpp"
#include "op.hpp"
#include "operands.hpp"

namespace fp4::vec {
namespace {

constexpr Fp32 one{0x3F800000};

// Elements of a case.
int elements(const VectorConfig& config) {
    return spec_of(config.a).has_sub_blocks() ? spec_of(config.a).block : 1;
}

constexpr int digits_1(const VectorConfig&) { return 1; }
constexpr int digits_2(const VectorConfig&) { return 2; }
constexpr int digits_8(const VectorConfig&) { return 8; }
int digits_scale(const VectorConfig& config) { return scale_digits(config.a); }
int digits_codes(const VectorConfig& config) { return elements(config); }
int digits_lanes(const VectorConfig& config) { return 2 * elements(config); }
int digits_values(const VectorConfig& config) { return 8 * elements(config); }

constexpr Column decode_columns[]{
    {"scale", Kind::scales, 'a', false, digits_scale, "scale bytes of the block"},
    {"code", Kind::rows, 'a', false, digits_codes,
     "element code; where a block has several scale bytes, its codes, element 0 first"},
    {"lane", Kind::signed_int, 'a', true, digits_lanes,
     "element in units of 1/lane_units of the format (half-units in most), two's complement"},
    {"value", Kind::fp32, 'a', true, digits_values, "element times scale, binary32"},
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

// Of blocks every code comes in every place.
Words decode_case(const VectorConfig& config, uint64_t index) {
    Lanes codes;
    for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>((index + i) % 16);
    std::string text;
    for (int i = 0; i < elements(config); ++i)
        text += to_hex(codes[static_cast<size_t>(i) % codes.size()], 1);
    return {scale_hex(config.a, static_cast<uint8_t>(index / 16), codes), text};
}
Words random_decode(const VectorConfig& config, SplitMix64& random) {
    return decode_case(config, random.below(decode_cases(config)));
}

Result<Words> decode_outputs(const VectorConfig& config, std::span<const std::string_view> in) {
    const ScaleRecord record = record_of_hex(in[0]);
    Words words(2);
    for (int place = 0; place < elements(config); ++place) {
        const Element element{static_cast<uint8_t>(hex_digit(in[1][static_cast<size_t>(place)]))};
        words[0] += to_hex(
            static_cast<uint64_t>(element_lane(config.a, config.specials, record, element, place)),
            2);
        words[1] += to_hex(dequantize(config.a, config.specials, record, element, one, place));
    }
    return words;
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

const OpSpec decode_op{"decode",      "one element: scale byte and code to lane and value",
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
