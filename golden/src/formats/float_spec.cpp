#include "fp4/formats/float_spec.hpp"

#include <algorithm>
#include <cmath>

namespace fp4 {

uint64_t round_magnitude(const FloatSpec& spec, uint64_t significand, int lsb_exponent, bool sticky,
                         Rounding rounding) {
    if (significand == 0)
        return 0; // a bare sticky is below every rounding point its callers can reach
    const int msb_exponent = lsb_exponent + 63 - std::countl_zero(significand);
    const int exponent = msb_exponent > spec.min_exponent() ? msb_exponent : spec.min_exponent();
    const int drop = exponent - spec.fraction_bits -
                     lsb_exponent; // bits of the significand below the result's last place

    uint64_t kept;
    bool half = false;
    if (drop <= 0) {
        kept = significand << -drop;
    } else if (drop > 64) {
        kept = 0;
        sticky = true;
    } else {
        kept = drop == 64 ? 0 : significand >> drop;
        half = significand >> (drop - 1) & 1;
        sticky = sticky || (significand & ((uint64_t{1} << (drop - 1)) - 1)) != 0;
    }
    if (rounding == Rounding::nearest_even && half && (sticky || (kept & 1))) ++kept;

    // kept holds the hidden bit when the result is normal, so adding the exponent field less one
    // places it; a carry out of the fraction lands in the exponent by itself.
    return (static_cast<uint64_t>(exponent - spec.min_exponent()) << spec.fraction_bits) + kept;
}

uint32_t round_float(const FloatSpec& spec, bool negative, uint64_t significand, int lsb_exponent,
                     bool sticky, Rounding rounding) {
    const uint64_t code = round_magnitude(spec, significand, lsb_exponent, sticky, rounding);
    if (code == 0) return 0;
    return static_cast<uint32_t>(std::min(code, spec.infinity_code())) |
           (negative ? 1u << spec.sign_position() : 0u);
}

float round_to_bf16(float x) {
    const Fp32 f = Fp32::from_float(x);
    const uint64_t code =
        round_magnitude(bf16_spec, f.significand(), f.exponent() - fp32_spec.fraction_bits, false,
                        Rounding::nearest_even);
    return std::copysign(std::bit_cast<float>(static_cast<uint32_t>(code) << 16), x);
}

} // namespace fp4
