// Profile `nv-blackwell`: steps of 64 products. Four groups and C are aligned to the largest
// exponent, cut to 35 bits below it, added, cut to binary32.
#pragma once
#include "cut.hpp"
#include "scale.hpp"

namespace fp4::kernels {

struct FusedSum {
    using State = uint32_t; // binary32

    // Significand in the low byte, exponent above it, signed.
    FP4_HD static uint32_t left_word(ScaleType type, uint32_t byte) {
        const ScaleParts scale = scale_parts(type, byte);
        return static_cast<uint32_t>(scale.exponent) << 8 |
               static_cast<uint32_t>(scale.significand);
    }
    FP4_HD static uint32_t right_word(ScaleType type, uint32_t byte) {
        return left_word(type, byte);
    }

    FP4_HD static State start(uint32_t c) { return c; }

    FP4_HD static State step(State c, const int32_t (&dots)[4], const uint32_t (&left)[4],
                             const uint32_t (&right)[4]) {
        const uint32_t c_magnitude = c & 0x7FFFFFFF;
        if (c_magnitude >= 0x7F800000) return c;
        const int c_exponent = static_cast<int>(c_magnitude >> 23 ? c_magnitude >> 23 : 1) - 127;
        const int64_t c_significand = (c_magnitude & 0x7FFFFF) | (c_magnitude >> 23 ? 0x800000 : 0);
        int exponents[4], largest = c_exponent;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            exponents[i] =
                (static_cast<int32_t>(left[i]) >> 8) + (static_cast<int32_t>(right[i]) >> 8);
            largest = exponents[i] > largest ? exponents[i] : largest;
        }
        int64_t sum = cut(c_significand, fraction_bits - 23 + c_exponent - largest);
        if (c >> 31) sum = -sum;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int64_t term = dots[i] * static_cast<int32_t>(left[i] & 0xFF) *
                                 static_cast<int32_t>(right[i] & 0xFF);
            sum += cut(term, fraction_bits - 8 + exponents[i] - largest);
        }
        return pack_toward_zero(sum, largest - fraction_bits);
    }

    FP4_HD static uint32_t finish(State sum, uint32_t, int) { return sum; }

  private:
    static constexpr int fraction_bits = 35;
};

} // namespace fp4::kernels
