// What sixteen products under one pair of scales contribute to an output, before any alignment or
// rounding.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "fp4/formats/format.hpp"

namespace fp4 {

// Sum of 16 products of lanes, exact; in half-units of both it is in quarter-units, abs <= 15376.
constexpr int dot_lane_products(const std::array<int8_t, dot_lanes>& a_lanes,
                                const std::array<int8_t, dot_lanes>& b_lanes) {
    int sum = 0;
    for (size_t i = 0; i < dot_lanes; ++i) sum += a_lanes[i] * b_lanes[i];
    return sum;
}

// Whether each of 16 products has a zero factor. Products that cancel are not empty.
constexpr bool products_are_zero(const std::array<int8_t, dot_lanes>& a_lanes,
                                 const std::array<int8_t, dot_lanes>& b_lanes) {
    for (size_t i = 0; i < dot_lanes; ++i)
        if (a_lanes[i] != 0 && b_lanes[i] != 0) return false;
    return true;
}

// What a sum of products of lanes is in: units of 2^-fraction_bits / divisor.
struct ProductUnits {
    int fraction_bits = 2;
    int divisor = 1;
};
constexpr ProductUnits product_units(Format a, Format b) {
    return {spec_of(a).lane_fraction_bits() + spec_of(b).lane_fraction_bits(),
            spec_of(a).lane_divisor() * spec_of(b).lane_divisor()};
}

// Fraction bits of BlockTerm::significand where lanes are half-units: two of their products, three
// of each scale.
inline constexpr int block_term_fraction_bits = 2 + 2 * scale_fraction_bits;

// value = significand * 2^(exponent - fraction_bits) / divisor. Not normalized: the exponent comes
// from the scales alone, also where the dot is 0.
struct BlockTerm {
    int32_t significand; // abs < 2^22 in half-units, < 2^26 in any
    int exponent;
    bool nan;
    bool empty; // its products are all zero, or a scale is
    int fraction_bits = block_term_fraction_bits;
    int divisor = 1;

    constexpr int lsb_exponent() const { return exponent - fraction_bits; }
};

constexpr BlockTerm block_term(int dot, const Scale& a, const Scale& b, bool zero_products = false,
                               ProductUnits units = {}) {
    return {dot * a.significand * b.significand,
            a.exponent + b.exponent,
            a.nan || b.nan,
            zero_products || a.significand == 0 || b.significand == 0,
            units.fraction_bits + 2 * scale_fraction_bits,
            units.divisor};
}

constexpr BlockTerm block_term(const std::array<int8_t, dot_lanes>& a_lanes, const Scale& a,
                               const std::array<int8_t, dot_lanes>& b_lanes, const Scale& b,
                               ProductUnits units = {}) {
    return block_term(dot_lane_products(a_lanes, b_lanes), a, b,
                      products_are_zero(a_lanes, b_lanes), units);
}

} // namespace fp4
