#include "fp4/e2m1_round.hpp"

#include <algorithm>

namespace fp4 {

E2m1 encode_e2m1_rne(float y) {
    const Fp32 f = Fp32::from_float(y);
    if (f.is_nan()) return {e2m1_max_magnitude_code};
    const uint8_t sign = f.negative() ? e2m1_sign_bit : 0;
    const uint64_t code =
        f.is_infinite() ? e2m1_max_magnitude_code : round_magnitude(e2m1_spec, f.significand(), f.exponent() - fp32_spec.fraction_bits, false, Rounding::nearest_even);
    return {static_cast<uint8_t>(sign | std::min<uint64_t>(code, e2m1_max_magnitude_code))};
}

} // namespace fp4
