// Profile `fp32-seq`: a binary32 accumulator, block after block, one rounding to nearest even each.
#pragma once
#include "fused_rule.hpp"
#include "host_device.hpp"
#include "scale.hpp"

namespace fp4::kernels {

// For UE4M3 and E3M3: the value of a block fits binary32.
struct SequentialSum {
    using State = float;
    static constexpr bool marks = false;

    FP4_HD static uint32_t left_word(ScaleType type, uint32_t byte) {
        return word_of(multiply_rn(scale_value(type, byte), 0.25f));
    } // dots are quarter-units
    FP4_HD static uint32_t right_word(ScaleType type, uint32_t byte) {
        return word_of(scale_value(type, byte));
    }

    FP4_HD static State start(uint32_t c) { return float_of(c); }

    FP4_HD static State step(State sum, const int32_t (&dots)[4], const uint32_t (&left)[4],
                             const uint32_t (&right)[4], const FusedRule&) {
#pragma unroll
        for (int i = 0; i < 4; ++i)
            sum = fma_rn(multiply_rn(float_of_dot(dots[i]), float_of(left[i])), float_of(right[i]),
                         sum);
        return sum;
    }

    FP4_HD static uint32_t finish(State sum, uint32_t, int) { return word_of(sum); }

  private:
    // Exact below 2^22, and no conversion, which is slow on a GPU: the integer is added to the last
    // bits of 1.5 * 2^23.
    FP4_HD static float float_of_dot(int32_t dot) {
        return add_rn(float_of(0x4B400000u + static_cast<uint32_t>(dot)), -12582912.0f);
    }
};

// For E8M0, whose products leave binary32; a scale covers two of the four dots.
struct WideSequentialSum {
    using State = float;
    static constexpr bool marks = false;

    FP4_HD static uint32_t left_word(ScaleType type, uint32_t byte) {
        return static_cast<uint32_t>(scale_parts(type, byte).exponent);
    }
    FP4_HD static uint32_t right_word(ScaleType type, uint32_t byte) {
        return static_cast<uint32_t>(scale_parts(type, byte).exponent);
    }

    FP4_HD static State start(uint32_t c) { return float_of(c); }

    FP4_HD static State step(State sum, const int32_t (&dots)[4], const uint32_t (&left)[4],
                             const uint32_t (&right)[4], const FusedRule&) {
#pragma unroll
        for (int i = 0; i < 4; i += 2)
            sum = add(sum, dots[i] + dots[i + 1],
                      static_cast<int32_t>(left[i]) + static_cast<int32_t>(right[i]) - 2);
        return sum;
    }

    FP4_HD static uint32_t finish(State sum, uint32_t, int) { return word_of(sum); }

  private:
    // RNE of sum + dot * 2^exponent. By way of binary64 that is one rounding in effect: either 53
    // bits hold the sum, or one of the two, of 24 and 14 bits, is so small beside the other that it
    // cannot bring it near a midpoint of binary32.
    FP4_HD static float add(float sum, int32_t dot, int exponent) {
        if ((word_of(sum) & 0x7FFFFFFF) >= 0x7F800000) return sum;
        const double term = multiply_rn(static_cast<double>(dot),
                                        double_of(static_cast<uint64_t>(exponent + 1023) << 52));
        return static_cast<float>(add_rn(static_cast<double>(sum), term));
    }
};

} // namespace fp4::kernels
