#include "fp4/formats/scale.hpp"

#include <algorithm>

#include "fp4/formats/float_spec.hpp"

namespace fp4 {

float scale_to_float(const Scale& scale) {
    return round_fp32(false, scale.significand, scale.exponent - scale_fraction_bits, false,
                      Rounding::nearest_even)
        .to_float();
}

int encode_scale(const ScaleSpec& spec, float x, int max_payload) {
    const Fp32 f = Fp32::from_float(x);
    if (f.is_infinite()) return max_payload;
    // Without subnormals payload 0 is the first normal of a grid whose exponents start one below.
    const int below = spec.subnormals ? 0 : 1;
    const FloatSpec grid{spec.exponent_bits + below, spec.fraction_bits, spec.bias + below};
    const uint64_t code =
        round_magnitude(grid, f.significand(), f.exponent() - fp32_spec.fraction_bits, false,
                        Rounding::nearest_even);
    const uint64_t first = static_cast<uint64_t>(below) << spec.fraction_bits;
    return static_cast<int>(
        std::clamp<uint64_t>(code, first, first + static_cast<uint64_t>(max_payload)) - first);
}

} // namespace fp4
