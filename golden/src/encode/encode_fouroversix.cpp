#include "encode_nvfp4.hpp"

namespace fp4 {
namespace {

double squared_error(std::span<const float, dot_lanes> x, const EncodedBlock& block, float amax,
                     float range) {
    const double s =
        scale_to_float(decode_scale(spec_of(Format::nvfp4).scale_spec(), block.scale_byte));
    double error = 0;
    for (size_t i = 0; i < dot_lanes; ++i) {
        const double q = e2m1_halves_table[block.codes[i]] * 0.5;
        const double difference = q * s * double{amax} / double{range} - double{x[i]};
        error += difference * difference;
    }
    return error;
}

} // namespace

EncodedBlock encode_block_fouroversix(Encoder encoder, std::span<const float, dot_lanes> x,
                                      const TensorScale& tensor_scale) {
    const Nvfp4Rule& rule = nvfp4_rule(Encoder::fouroversix_6);
    const float to_six = rule.block_scale(amax_of(x), tensor_scale);
    const EncodedBlock six = encode_scaled_block(rule, x, to_six, tensor_scale),
                       four = encode_scaled_block(rule, x, to_six * 1.5f, tensor_scale);
    const auto error = [&](const EncodedBlock& block) {
        return squared_error(x, block, tensor_scale.amax, full_range(encoder, Format::nvfp4));
    };
    return error(four) < error(six) ? four : six;
}

} // namespace fp4
