#include "encode_nvfp4.hpp"

namespace fp4 {
namespace {

double squared_error(std::span<const float, dot_lanes> x, const EncodedBlock& block, float amax) {
    const double s = scale_to_float(decode_scale(spec_of(Format::nvfp4).scale_spec(), block.scale_byte));
    double error = 0;
    for (size_t i = 0; i < dot_lanes; ++i) {
        const double q = e2m1_halves_table[block.codes[i]] * 0.5;
        const double difference = q * s * double{amax} / 1536 - double{x[i]};
        error += difference * difference;
    }
    return error;
}

} // namespace

EncodedBlock encode_block_fouroversix(std::span<const float, dot_lanes> x, const TensorScale& tensor_scale) {
    const Nvfp4Rule& rule = nvfp4_rule(Encoder::fouroversix_6);
    const float to_six = rule.block_scale(amax_of(x), tensor_scale);
    const EncodedBlock six = encode_scaled_block(rule, x, to_six, tensor_scale), four = encode_scaled_block(rule, x, to_six * 1.5f, tensor_scale);
    return squared_error(x, four, tensor_scale.amax) < squared_error(x, six, tensor_scale.amax) ? four : six;
}

} // namespace fp4
