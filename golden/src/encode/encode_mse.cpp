// The block scale of least squared error: of 126, only those are tried that can win.
#include <algorithm>
#include <cmath>

#include "encode_nvfp4.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& spec = spec_of(Format::nvfp4);

float scale_of(int payload) { return scale_to_float(decode_scale(spec.scale_spec(), payload)); }

// The elements under one block scale. A sum of squares only grows, so it may stop once it is above
// `limit`.
struct Candidate {
    EncodedBlock block;
    double error;

    Candidate(std::span<const float, dot_lanes> x, int payload, const TensorScale& tensor_scale,
              double limit)
        : block{static_cast<uint8_t>(payload), {}}, error(0) {
        const Nvfp4Rule& rule = nvfp4_rule(Encoder::nv);
        const float scale = scale_of(payload), operand = rule.operand(scale, tensor_scale);
        const double half_step = 0.5 * double{scale} * double{tensor_scale.multiplier.value};
        for (size_t i = 0; i < dot_lanes && error <= limit; ++i) {
            block.codes[i] = encode_element(rule, spec, block.scale_byte, operand, x[i]).code;
            const double difference = e2m1_halves_table[block.codes[i]] * half_step - double{x[i]};
            error += difference * difference;
        }
    }
};

} // namespace

EncodedBlock encode_block_mse(std::span<const float, dot_lanes> x,
                              const TensorScale& tensor_scale) {
    const Nvfp4Rule& rule = nvfp4_rule(Encoder::nv);
    const float amax = amax_of(x);
    const float first_scale = rule.block_scale(amax, spec.largest_element(), tensor_scale);
    if (amax == 0) return encode_scaled_block(rule, spec, x, first_scale, tensor_scale);
    const int first = std::max(encode_scale(spec.scale_spec(), first_scale, spec.encode_max), 1);
    Candidate best(x, first, tensor_scale, INFINITY);

    // Upwards until even the largest element rounds to zero: from there on nothing changes.
    const auto all_zero = [&](int payload) {
        return e2m1_halves_table[encode_element(rule, spec, static_cast<uint8_t>(payload),
                                                rule.operand(scale_of(payload), tensor_scale), amax)
                                     .code] == 0;
    };
    for (int payload = first + 1; payload <= spec.encode_max && !all_zero(payload - 1); ++payload)
        if (const Candidate next(x, payload, tensor_scale, best.error); next.error < best.error)
            best = next;

    // Downwards until 6 times the scale leaves more of the largest element than the whole error
    // that is known to be possible.
    for (int payload = first - 1; payload >= 1; --payload) {
        const double missing =
            double{amax} - 6.0 * double{scale_of(payload)} * double{tensor_scale.multiplier.value};
        if (missing > 0 && missing * missing > best.error) break;
        if (const Candidate next(x, payload, tensor_scale, best.error); next.error <= best.error)
            best = next;
    }
    return best.block;
}

} // namespace fp4
