#include "encode_nvfp4.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& format = spec_of(Format::if4);
constexpr uint8_t int4_bit = 1 << format.code_book_bit;

// sum of (q * s * S - x)^2; the products of 6/7 of INT4 round once, by the division.
double squared_error(const EncodedBlock& block, std::span<const float, dot_lanes> x,
                     const TensorScale& tensor_scale) {
    const CodeBook& book = spec_of(format.code_book_type(block.scale_byte));
    const Ratio ratio = format.has_other_code_book(block.scale_byte) ? format.other_ratio : Ratio{};
    const double s = scale_to_float(
        decode_scale(format.scale_spec(), block.scale_byte & format.scale_spec().payload_mask()));
    double sum = 0;
    for (size_t i = 0; i < dot_lanes; ++i) {
        const double q = double{book.value({block.codes[i]})} * ratio.numerator;
        const double value = q * s / ratio.denominator;
        const double difference = value * double{tensor_scale.multiplier.value} - double{x[i]};
        sum += difference * difference;
    }
    return sum;
}

} // namespace

EncodedBlock encode_block_if4(std::span<const float, dot_lanes> x,
                              const TensorScale& tensor_scale) {
    const Nvfp4Rule& rule = nvfp4_rule(Encoder::if4);
    const float block_scale = rule.block_scale(amax_of(x), format.largest_element(), tensor_scale);
    const EncodedBlock e2m1 = encode_scaled_block(rule, format, x, block_scale, tensor_scale),
                       int4 = encode_scaled_block(rule, format, x, block_scale, tensor_scale,
                                                  int4_bit);
    return squared_error(int4, x, tensor_scale) < squared_error(e2m1, x, tensor_scale) ? int4
                                                                                       : e2m1;
}

} // namespace fp4
