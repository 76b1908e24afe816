#include <algorithm>
#include <cmath>

#include "fp4/encode.hpp"

namespace fp4 {
namespace {

// Nearest E2M1, ties to the even code, saturating at 6; the sign is kept on zeros.
uint8_t encode_e2m1_rne(float y) {
    const Fp32 f = Fp32::from_float(y);
    const uint8_t sign = f.negative() ? e2m1_sign_bit : 0;
    const uint64_t code =
        f.is_infinite() ? e2m1_max_magnitude_code : round_magnitude(e2m1_spec, f.significand(), f.exponent() - fp32_spec.fraction_bits, false, Rounding::nearest_even);
    return static_cast<uint8_t>(sign | std::min<uint64_t>(code, e2m1_max_magnitude_code));
}

} // namespace

EncodedBlock encode_block_nv(std::span<const float, dot_lanes> x, float tensor_scale) {
    const ScaleSpec& scale_spec = spec_of(Format::nvfp4).scale_spec();
    float amax = 0;
    for (float value : x) amax = std::max(amax, std::fabs(value));
    const int payload = encode_scale(scale_spec, amax / 6.0f / tensor_scale, spec_of(Format::nvfp4).encode_max);

    EncodedBlock block{static_cast<uint8_t>(payload), {}};
    const float scale = scale_to_float(decode_scale(scale_spec, payload)) * tensor_scale;
    for (size_t i = 0; i < dot_lanes; ++i) // a zero block scale leaves nothing but the signs
        block.codes[i] = payload == 0 ? (std::signbit(x[i]) ? e2m1_negative_zero : uint8_t{0}) : encode_e2m1_rne(x[i] / scale);
    return block;
}

} // namespace fp4
