#include "encode_nvfp4.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fp4 {
namespace {

constexpr float largest_float = std::numeric_limits<float>::max(),
                infinity = std::numeric_limits<float>::infinity();

// S: multiplier, G: divisor. An operand of 0, or a division by infinity, leaves zeros with the sign
// of x; a sign rule may drop the sign.
constexpr std::array<Nvfp4Rule, 10> rules{{
    {.encoder = Encoder::nv,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return b / largest / t.multiplier.value; },
     .smallest_block_scale = 0,
     .zero_payload = 0x00,
     .operand = [](float s,
                   const TensorScale& t) { return s == 0 ? infinity : s * t.multiplier.value; },
     .divides = true,
     .round = encode_rne},
    {.encoder = Encoder::te,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return b * (t.divisor.value * (1.0f / largest)); },
     .smallest_block_scale = 0,
     .zero_payload = 0x00,
     .operand =
         [](float s, const TensorScale& t) {
             return std::min(1.0f / (s * (1.0f / t.divisor.value)), largest_float);
         },
     .divides = false,
     .round = encode_rne_neg},
    {.encoder = Encoder::vllm,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return t.divisor.value * (b * (1.0f / largest)); },
     .smallest_block_scale = 0,
     .zero_payload = 0x00,
     .operand =
         [](float s, const TensorScale& t) {
             return 1.0f / (s == 0 ? 1e8f : s * (1.0f / t.divisor.value));
         },
     .divides = false,
     .round = encode_rne_neg},
    {.encoder = Encoder::ct,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return t.divisor.value * (b / largest); },
     .smallest_block_scale = 0,
     .zero_payload = 0x20,
     .operand = [](float s, const TensorScale& t) { return s / t.divisor.value; },
     .divides = true,
     .round = encode_rne_neg},
    {.encoder = Encoder::ct_bf16,
     .block_scale =
         [](float b, float largest, const TensorScale& t) {
             return t.divisor.value * round_to_bf16(b / largest);
         },
     .smallest_block_scale = 0,
     .zero_payload = 0x20,
     .operand = [](float s, const TensorScale& t) { return s / t.divisor.value; },
     .divides = true,
     .round = encode_rne_neg},
    {.encoder = Encoder::modelopt,
     .block_scale =
         [](float b, float largest, const TensorScale& t) {
             const float scale = b / (largest * t.multiplier.value);
             return scale == 0 ? 1.0f : scale;
         },
     .smallest_block_scale = 0x1p-9f,
     .zero_payload = 0x00,
     .operand = [](float s, const TensorScale& t) { return s * t.multiplier.value; },
     .divides = true,
     .round = encode_rne_neg},
    {.encoder = Encoder::torchao,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return b / largest / t.multiplier.value; },
     .smallest_block_scale = 0x1p-6f,
     .zero_payload = 0x00,
     .operand = [](float s, const TensorScale& t) { return 1.0f / t.multiplier.value / s; },
     .divides = false,
     .round = encode_rne},
    {.encoder = Encoder::fouroversix_6,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return b / largest * t.divisor.value; },
     .smallest_block_scale = 0,
     .zero_payload = 0x00,
     .operand =
         [](float s, const TensorScale& t) {
             return s == 0 ? 0.0f : 1.0f / (1.0f / t.divisor.value * s);
         },
     .divides = false,
     .round = encode_rne_neg},
    {.encoder = Encoder::amd,
     .block_scale = [](float b, float largest, const TensorScale&) { return b / largest; },
     .smallest_block_scale = 0x1p-17f,
     .zero_payload = 0x00,
     .operand = [](float s, const TensorScale&) { return s; },
     .divides = true,
     .round = encode_rne},
    {.encoder = Encoder::mixfp4,
     .block_scale = [](float b, float largest,
                       const TensorScale& t) { return b / t.multiplier.value / largest; },
     .smallest_block_scale = 0,
     .zero_payload = 0x00,
     .operand = [](float s, const TensorScale&) { return s; },
     .divides = true,
     .round = encode_rne,
     .divides_twice = true},
}};

// sum of (q * s - x / S)^2.
double squared_error(const FormatSpec& format, const EncodedBlock& block,
                     std::span<const float, dot_lanes> x, const TensorScale& tensor_scale) {
    const CodeBook& book = spec_of(format.code_book_type(block.scale_byte));
    const double s = scale_to_float(
        decode_scale(format.scale_spec(), block.scale_byte & format.scale_spec().payload_mask()));
    double sum = 0;
    for (size_t i = 0; i < dot_lanes; ++i) {
        const double q = book.value({block.codes[i]});
        const double difference = q * s - double{x[i] / tensor_scale.multiplier.value};
        sum += difference * difference;
    }
    return sum;
}

// The block in either code book, each under a block scale of its own; the smaller squared error
// wins, the code book of the set bit on a tie. A block whose scale is 0 has byte 0x00.
EncodedBlock encode_in_either_code_book(const Nvfp4Rule& rule, const FormatSpec& format,
                                        std::span<const float, dot_lanes> x,
                                        const TensorScale& tensor_scale) {
    const float amax = amax_of(x);
    const auto in = [&](uint8_t code_book_bits) {
        const float largest = spec_of(format.code_book_type(code_book_bits)).largest();
        return encode_scaled_block(rule, format, x, rule.block_scale(amax, largest, tensor_scale),
                                   tensor_scale, code_book_bits);
    };
    const auto set_bit = static_cast<uint8_t>(1 << format.code_book_bit);
    const EncodedBlock first = in(0), other = in(set_bit);
    if (squared_error(format, first, x, tensor_scale) <
        squared_error(format, other, x, tensor_scale))
        return first;
    return other.scale_byte == set_bit ? EncodedBlock{} : other;
}

} // namespace

const Nvfp4Rule& nvfp4_rule(Encoder encoder) {
    return *std::ranges::find(rules, spec_of(encoder).elements_of.value_or(encoder),
                              &Nvfp4Rule::encoder);
}

Element encode_element(const Nvfp4Rule& rule, const FormatSpec& format, uint8_t scale_byte,
                       float operand, float x) {
    if (rule.divides_twice && operand == 0) return {0};
    // A reciprocal under a tiny tensor scale may be infinite; zeros stay zeros.
    float y = x == 0 ? x : rule.divides ? x / operand : x * operand;
    if (format.has_other_code_book(scale_byte))
        y *= static_cast<float>(format.other_ratio.denominator) /
             static_cast<float>(format.other_ratio.numerator);
    return rule.round(format.code_book_type(scale_byte), y);
}

EncodedBlock encode_scaled_block(const Nvfp4Rule& rule, const FormatSpec& format,
                                 std::span<const float, dot_lanes> x, float block_scale,
                                 const TensorScale& tensor_scale, uint8_t code_book_bits) {
    int payload = encode_scale(format.scale_spec(),
                               std::max(block_scale, rule.smallest_block_scale), format.encode_max);
    if (payload == 0) payload = rule.zero_payload;
    const float operand =
        rule.operand(scale_to_float(decode_scale(format.scale_spec(), payload)), tensor_scale);
    EncodedBlock block{static_cast<uint8_t>(payload | code_book_bits), {}};
    for (size_t i = 0; i < dot_lanes; ++i) {
        const float y = rule.divides_twice ? x[i] / tensor_scale.multiplier.value : x[i];
        block.codes[i] = encode_element(rule, format, block.scale_byte, operand, y).code;
    }
    return block;
}

EncodedBlock encode_block_nvfp4(Encoder encoder, Format format, std::span<const float, dot_lanes> x,
                                const TensorScale& tensor_scale) {
    const Nvfp4Rule& rule = nvfp4_rule(encoder);
    const FormatSpec& spec = spec_of(format);
    if (spec.has_code_book_bit()) return encode_in_either_code_book(rule, spec, x, tensor_scale);
    const float block_scale = rule.block_scale(amax_of(x), spec.largest_element(), tensor_scale);
    return encode_scaled_block(rule, spec, x, block_scale, tensor_scale);
}

} // namespace fp4
