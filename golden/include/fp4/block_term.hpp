// What one pair of blocks contributes to an output, before any alignment or rounding.
#pragma once
#include <array>
#include <cstdint>

#include "fp4/format.hpp"

namespace fp4 {

// Sum of 16 products of half-units: exact, in quarter-units, abs <= 15376.
constexpr int block_dot_quarters(const std::array<int8_t, block_size>& a_halves, const std::array<int8_t, block_size>& b_halves) {
    int dot_quarters = 0;
    for (size_t i = 0; i < block_size; ++i) dot_quarters += a_halves[i] * b_halves[i];
    return dot_quarters;
}

// Fraction bits of BlockTerm::significand: two of the quarter-units, three of each scale.
inline constexpr int block_term_fraction_bits = 2 + 2 * scale_fraction_bits;

// value = significand * 2^(exponent - 8). Not normalised: the exponent comes from the scales alone, also where the dot is 0.
struct BlockTerm {
    int32_t significand; // abs < 2^22
    int exponent;
    bool nan;
};

constexpr BlockTerm block_term(int dot_quarters, const Scale& a, const Scale& b) {
    return {dot_quarters * a.significand * b.significand, a.exponent + b.exponent, a.nan || b.nan};
}

} // namespace fp4
