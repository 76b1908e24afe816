// Profile `exact`: one integer sum over all of K, one rounding with C at the end.
#pragma once
#include "host_device.hpp"
#include "fused_rule.hpp"
#include "operand.hpp"
#include "scale.hpp"

namespace fp4::kernels {

// RNE in binary32 of magnitude * 2^exponent, sign apart; `magnitude` has at most 126 bits,
// `exponent` is -200 or more. A zero is +0.
FP4_HD uint32_t round_nearest_even(bool negative, Uint128 magnitude, int exponent) {
    if (magnitude == 0) return 0;
    const auto high = static_cast<uint64_t>(magnitude >> 64);
    const int top =
        high ? 127 - leading_zeros(high) : 63 - leading_zeros(static_cast<uint64_t>(magnitude));
    int drop = top - 23;                                // bits below the 24 that are kept
    if (exponent + drop < -149) drop = -149 - exponent; // subnormal: the step is 2^-149
    uint64_t kept;
    if (drop <= 0) {
        kept = static_cast<uint64_t>(magnitude << -drop);
    } else if (drop > top + 1) {
        return 0;
    } else {
        kept = static_cast<uint64_t>(magnitude >> drop);
        const Uint128 rest = magnitude & ((static_cast<Uint128>(1) << drop) - 1),
                      half = static_cast<Uint128>(1) << (drop - 1);
        kept += rest > half || (rest == half && (kept & 1));
    }
    const int field =
        exponent + drop + 149; // of a significand without hidden bit; a hidden bit adds one
    const uint64_t word =
        kept >= 0x800000 ? kept + (static_cast<uint64_t>(field < 0 ? 0 : field) << 23) : kept;
    if (word >= 0x7F800000) return (negative ? 0x80000000u : 0u) | 0x7F800000u;
    return word ? (negative ? 0x80000000u : 0u) | static_cast<uint32_t>(word) : 0;
}

// log2 of a type's smallest step.
FP4_HD int step_exponent(ScaleType type) { return type == ScaleType::e3m3 ? -5 : -9; }

// The longest K whose sum cannot leave 64 bits, from the largest dot of 16 products and the largest
// scales; 0 for E8M0, whose sums need far more.
inline int64_t exact_k_limit(const Operand& a, const Operand& b) {
    if (a.scale == ScaleType::e8m0 || b.scale == ScaleType::e8m0) return 0;
    const auto halves = [](const Operand& operand) {
        const int special = operand.sentinel < 0 ? 0
                            : operand.select_mask && operand.v2_halves > operand.v1_halves
                                ? operand.v2_halves
                                : operand.v1_halves;
        return int64_t{special > 12 ? special : 12};
    };
    const auto steps = [](ScaleType type) {
        return int64_t{scale_steps(type, type == ScaleType::e3m3 ? 0x3F : 0x7E)};
    };
    return INT64_MAX / (16 * halves(a) * halves(b) * steps(a.scale) * steps(b.scale)) * 16;
}

struct ExactSum {
    using State = int64_t;
    static constexpr bool marks = false;

    // Left scales: a factor below 32 and a power of two; right scales in steps. dot * factor and
    // steps << exponent both fit 31 bits.
    FP4_HD static uint32_t left_word(ScaleType type, uint32_t byte) {
        const uint32_t field = type == ScaleType::e3m3 ? byte >> 3 & 7 : byte >> 3 & 15,
                       fraction = byte & 7;
        if (field == 0) return fraction;
        return field < 15 ? (8 + fraction) | (field - 1) << 16 : 2 * (8 + fraction) | 13u << 16;
    }
    FP4_HD static uint32_t right_word(ScaleType type, uint32_t byte) {
        return static_cast<uint32_t>(scale_steps(type, byte));
    }

    FP4_HD static State start(uint32_t) { return 0; }

    // Four blocks of 16; dots in quarter-units.
    FP4_HD static State step(State sum, const int32_t (&dots)[4], const uint32_t (&left)[4],
                             const uint32_t (&right)[4], const FusedRule&) {
#pragma unroll
        for (int i = 0; i < 4; ++i)
            sum += int64_t{dots[i] * static_cast<int32_t>(left[i] & 0xFFFF)} *
                   static_cast<int32_t>(right[i] << (left[i] >> 16));
        return sum;
    }

    // RNE of c + sum * 2^unit. `c` is no NaN.
    FP4_HD static uint32_t finish(State sum, uint32_t c, int unit) {
        const uint32_t c_magnitude = c & 0x7FFFFFFF;
        if (c_magnitude == 0x7F800000) return c;
        const bool sum_negative = sum < 0, c_negative = c >> 31;
        const auto sum_magnitude = static_cast<Uint128>(
            sum_negative ? 0 - static_cast<uint64_t>(sum) : static_cast<uint64_t>(sum));
        const int c_exponent = static_cast<int>(c_magnitude >> 23 ? c_magnitude >> 23 : 1) - 150;
        const uint64_t c_significand =
            (c_magnitude & 0x7FFFFF) | (c_magnitude >> 23 ? 0x800000 : 0);
        if (c_magnitude == 0) return round_nearest_even(sum_negative, sum_magnitude, unit);
        if (sum == 0 || c_exponent - unit > 66)
            return c; // then the sum is below an eighth of the last bit of c
        // Both in units of 2^(unit - 30). What of c lies below that decides as one bit whether
        // there is anything there: the sum is at least 2^30.
        const int shift = c_exponent - unit + 30;
        Uint128 c_units = c_significand;
        if (shift >= 0)
            c_units <<= shift;
        else
            c_units = (shift > -64 ? c_significand >> -shift : 0) |
                      (shift > -64 ? (c_significand & ((uint64_t{1} << -shift) - 1)) != 0 : 1);
        const auto total = static_cast<Int128>(sum_magnitude << 30) * (sum_negative ? -1 : 1) +
                           static_cast<Int128>(c_units) * (c_negative ? -1 : 1);
        return round_nearest_even(total < 0, static_cast<Uint128>(total < 0 ? -total : total),
                                  unit - 30);
    }
};

} // namespace fp4::kernels
