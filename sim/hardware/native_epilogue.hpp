// The epilogue as the simulated hardware computes it: native binary32 multiplies and conversions,
// independent of golden's integer path.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

#include "fp4/arithmetic/epilogue.hpp"

namespace fp4::sim {

// Nearest even to a 16-bit layout with `fraction_bits` and the given smallest normal exponent, by
// the native adder: adding and taking away 2^(ulp exponent + 23) of the right binade leaves x
// rounded at that ulp.
inline uint32_t narrow(float x, int exponent_bits, int fraction_bits, int min_exponent) {
    if (std::isnan(x)) return 0x7FFF;
    const uint32_t sign = std::signbit(x) ? 0x8000u : 0u;
    const uint32_t infinity = ((1u << exponent_bits) - 1) << fraction_bits;
    double magnitude = std::fabs(double{x});
    if (std::isinf(x)) return sign | infinity;
    if (magnitude == 0) return 0;
    int exponent = std::ilogb(magnitude);
    if (exponent < min_exponent) exponent = min_exponent;
    const double magic = std::ldexp(1.0, exponent - fraction_bits + 52);
    const double rounded = magnitude + magic - magic;
    if (rounded == 0) return 0;
    if (rounded >= std::ldexp(1.0, 2 - min_exponent))
        return sign | infinity; // 2^(largest exponent + 1)
    int result_exponent = std::ilogb(rounded);
    if (result_exponent < min_exponent)
        return sign | static_cast<uint32_t>(std::ldexp(rounded, fraction_bits - min_exponent));
    const auto significand = static_cast<uint32_t>(
        std::ldexp(rounded, fraction_bits - result_exponent)); // with the hidden bit
    return sign |
           ((static_cast<uint32_t>(result_exponent - min_exponent) << fraction_bits) + significand);
}

inline uint32_t native_epilogue(uint32_t d, float a_tensor_scale, float b_tensor_scale,
                                OutputType type) {
    const float alpha = a_tensor_scale * b_tensor_scale;
    float out = alpha * std::bit_cast<float>(d);
    if (out == 0) out = 0;
    if (type == OutputType::bf16) return narrow(out, 8, 7, -126);
    if (type == OutputType::f16) return narrow(out, 5, 10, -14);
    return std::isnan(out) ? 0x7FFFFFFFu : std::bit_cast<uint32_t>(out);
}

} // namespace fp4::sim
