// Profile `nv-blackwell`: steps of 64 products. Four groups and C are aligned to the largest exponent, cut to 35 bits below it, added, cut to binary32.
#pragma once
#include "host_device.hpp"
#include "scale.hpp"

namespace fp4::kernels {

struct FusedSum {
    using State = uint32_t; // binary32

    // Significand in the low byte, exponent above it, signed.
    FP4_HD static uint32_t left_word(ScaleType type, uint32_t byte) {
        const ScaleParts scale = scale_parts(type, byte);
        return static_cast<uint32_t>(scale.exponent) << 8 | static_cast<uint32_t>(scale.significand);
    }
    FP4_HD static uint32_t right_word(ScaleType type, uint32_t byte) { return left_word(type, byte); }

    FP4_HD static State start(uint32_t c) { return c; }

    FP4_HD static State step(State c, const int32_t (&dots)[4], const uint32_t (&left)[4], const uint32_t (&right)[4]) {
        const uint32_t c_magnitude = c & 0x7FFFFFFF;
        if (c_magnitude >= 0x7F800000) return c;
        const int c_exponent = static_cast<int>(c_magnitude >> 23 ? c_magnitude >> 23 : 1) - 127;
        const int64_t c_significand = (c_magnitude & 0x7FFFFF) | (c_magnitude >> 23 ? 0x800000 : 0);
        int exponents[4], largest = c_exponent;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            exponents[i] = (static_cast<int32_t>(left[i]) >> 8) + (static_cast<int32_t>(right[i]) >> 8);
            largest = exponents[i] > largest ? exponents[i] : largest;
        }
        int64_t sum = cut(c_significand, fraction_bits - 23 + c_exponent - largest);
        if (c >> 31) sum = -sum;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int64_t term = dots[i] * static_cast<int32_t>(left[i] & 0xFF) * static_cast<int32_t>(right[i] & 0xFF);
            const int64_t aligned = cut(term < 0 ? -term : term, fraction_bits - 8 + exponents[i] - largest);
            sum += term < 0 ? -aligned : aligned;
        }
        return pack(sum, largest - fraction_bits);
    }

    FP4_HD static uint32_t finish(State sum, uint32_t, int) { return sum; }

  private:
    static constexpr int fraction_bits = 35;

    // magnitude * 2^shift, toward zero.
    FP4_HD static int64_t cut(int64_t magnitude, int shift) { return shift >= 0 ? magnitude << shift : shift > -64 ? magnitude >> -shift : 0; }

    // value * 2^exponent in binary32, toward zero but for overflow, which is infinity; a zero is +0.
    FP4_HD static uint32_t pack(int64_t value, int exponent) {
        const uint32_t sign = value < 0 ? 0x80000000u : 0;
        const uint64_t magnitude = static_cast<uint64_t>(value < 0 ? -value : value);
        if (magnitude == 0) return 0;
        const int top = 63 - leading_zeros(magnitude), power = top + exponent;
        if (power > 127) return sign | 0x7F800000;
        if (power >= -126) {
            const uint64_t significand = top > 23 ? magnitude >> (top - 23) : magnitude << (23 - top);
            return sign | static_cast<uint32_t>(power + 127) << 23 | (static_cast<uint32_t>(significand) & 0x7FFFFF);
        }
        const auto steps = static_cast<uint32_t>(cut(static_cast<int64_t>(magnitude), exponent + 149));
        return steps ? sign | steps : 0;
    }
};

} // namespace fp4::kernels
