#include "fp4/scale.hpp"

#include "fp4/float_spec.hpp"

namespace fp4 {

float scale_to_float(const Scale& scale) {
    return round_fp32(false, scale.significand, scale.exponent - scale_fraction_bits, false,
                      Rounding::nearest_even)
        .to_float();
}

int encode_scale(const ScaleSpec& spec, float x, int max_payload) {
    const Fp32 f = Fp32::from_float(x);
    if (f.is_infinite()) return max_payload;
    const FloatSpec grid{spec.exponent_bits, spec.fraction_bits, spec.bias};
    const uint64_t code =
        round_magnitude(grid, f.significand(), f.exponent() - fp32_spec.fraction_bits, false,
                        Rounding::nearest_even);
    return code < static_cast<uint64_t>(max_payload) ? static_cast<int>(code) : max_payload;
}

} // namespace fp4
