// What sixteen products under one pair of scales contribute to an output, before any alignment or
// rounding.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "fp4/format.hpp"

namespace fp4 {

// Sum of 16 products of half-units: exact, in quarter-units, abs <= 15376.
constexpr int dot_quarters(const std::array<int8_t, dot_lanes>& a_halves,
                           const std::array<int8_t, dot_lanes>& b_halves) {
    int sum = 0;
    for (size_t i = 0; i < dot_lanes; ++i) sum += a_halves[i] * b_halves[i];
    return sum;
}

// Whether each of 16 products has a zero factor. Products that cancel are not empty.
constexpr bool products_are_zero(const std::array<int8_t, dot_lanes>& a_halves,
                                 const std::array<int8_t, dot_lanes>& b_halves) {
    for (size_t i = 0; i < dot_lanes; ++i)
        if (a_halves[i] != 0 && b_halves[i] != 0) return false;
    return true;
}

// Fraction bits of BlockTerm::significand: two of the quarter-units, three of each scale.
inline constexpr int block_term_fraction_bits = 2 + 2 * scale_fraction_bits;

// value = significand * 2^(exponent - 8). Not normalized: the exponent comes from the scales alone,
// also where the dot is 0.
struct BlockTerm {
    int32_t significand; // abs < 2^22
    int exponent;
    bool nan;
    bool empty; // its products are all zero, or a scale is
};

constexpr BlockTerm block_term(int dot, const Scale& a, const Scale& b,
                               bool zero_products = false) {
    return {dot * a.significand * b.significand, a.exponent + b.exponent, a.nan || b.nan,
            zero_products || a.significand == 0 || b.significand == 0};
}

constexpr BlockTerm block_term(const std::array<int8_t, dot_lanes>& a_halves, const Scale& a,
                               const std::array<int8_t, dot_lanes>& b_halves, const Scale& b) {
    return block_term(dot_quarters(a_halves, b_halves), a, b,
                      products_are_zero(a_halves, b_halves));
}

} // namespace fp4
