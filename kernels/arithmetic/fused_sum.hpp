// Fused steps of 64 products (profile `nv-blackwell` and its kind). Four terms and C are aligned to
// the largest exponent, cut some bits below it, added, cut to binary32.
#pragma once
#include "cut.hpp"
#include "fused_rule.hpp"
#include "scale.hpp"

namespace fp4::kernels {

struct FusedSum {
    using State = uint32_t; // binary32
    static constexpr bool marks = true;

    // Significand in the lowest byte, exponent above it, signed; marks of the elements that are not
    // zero in the upper half.
    FP4_HD static uint32_t left_word(ScaleType type, uint32_t byte) {
        const ScaleParts scale = scale_parts(type, byte);
        return (static_cast<uint32_t>(scale.exponent) & 0xFF) << 8 |
               static_cast<uint32_t>(scale.significand);
    }
    FP4_HD static uint32_t right_word(ScaleType type, uint32_t byte) {
        return left_word(type, byte);
    }

    FP4_HD static State start(uint32_t c) { return c; }

    FP4_HD static State step(State c, const int32_t (&dots)[4], const uint32_t (&left)[4],
                             const uint32_t (&right)[4], const FusedRule& rule) {
        const uint32_t c_magnitude = c & 0x7FFFFFFF;
        if (c_magnitude >= 0x7F800000) return c;
        int c_exponent = static_cast<int>(c_magnitude >> 23 ? c_magnitude >> 23 : 1) - 127;
        if (c_magnitude == 0) c_exponent = rule.zero_exponent;
        const int64_t c_significand = (c_magnitude & 0x7FFFFF) | (c_magnitude >> 23 ? 0x800000 : 0);
        int exponents[4], significands[4], largest = c_exponent;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            significands[i] = static_cast<int>((left[i] & 0xFF) * (right[i] & 0xFF));
            exponents[i] = exponent_of(left[i]) + exponent_of(right[i]);
            if (rule.zeros_left_out &&
                (significands[i] == 0 || (left[i] & right[i] & 0xFFFF0000) == 0))
                exponents[i] = rule.zero_exponent;
            largest = exponents[i] > largest ? exponents[i] : largest;
        }
        int64_t sum = cut(c_significand, rule.fraction_bits - 23 + c_exponent - largest);
        if (c >> 31) sum = -sum;
#pragma unroll
        for (int i = 0; i < 4; ++i)
            sum += cut(int64_t{dots[i]} * significands[i],
                       rule.fraction_bits - 8 + exponents[i] - largest);
        return pack_toward_zero(sum, largest - rule.fraction_bits);
    }

    FP4_HD static uint32_t finish(State sum, uint32_t, int) { return sum; }

  private:
    FP4_HD static int exponent_of(uint32_t word) { return static_cast<int8_t>(word >> 8 & 0xFF); }
};

} // namespace fp4::kernels
