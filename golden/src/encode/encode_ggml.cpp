#include <cmath>

#include "encode_elements.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/encode/encode_block.hpp"

namespace fp4 {
namespace {

constexpr const ScaleSpec& scale_spec = spec_of(ScaleType::ue4m3);

// ggml's own conversion: half up, subnormals stop at 0x07, 248 and above are 0x7E.
int encode_scale_half_up(float x) {
    if (x >= 248.0f) return 0x7E;
    if (x < 0x1p-6f)
        return std::min(static_cast<int>(x * 512.0f + 0.5f),
                        0x07); // the sum is rounded before it is cut
    constexpr int dropped_bits = fp32_spec.fraction_bits - scale_spec.fraction_bits,
                  bias = fp32_spec.bias - scale_spec.bias;
    const uint32_t half_up = Fp32::from_float(x).bits + (1u << (dropped_bits - 1));
    return static_cast<int>(half_up >> dropped_bits) - (bias << scale_spec.fraction_bits);
}

} // namespace

E2m1 encode_element_ggml(float scale, float x) {
    E2m1 nearest{0};
    float smallest = INFINITY;
    for (uint8_t code = 0; code < 16; ++code) {
        const float distance =
            std::fabs(static_cast<float>(e2m1_halves_table[code]) * 0.5f * scale - x);
        if (distance < smallest) smallest = distance, nearest.code = code;
    }
    return nearest;
}

EncodedBlock encode_block_ggml(std::span<const float, dot_lanes> x) {
    const int payload = encode_scale_half_up(amax_of(x) / 6.0f);
    const float scale = scale_to_float(decode_scale(scale_spec, payload));
    EncodedBlock block{static_cast<uint8_t>(payload), {}};
    for (size_t i = 0; i < dot_lanes; ++i) block.codes[i] = encode_element_ggml(scale, x[i]).code;
    return block;
}

} // namespace fp4
