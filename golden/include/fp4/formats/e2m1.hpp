// The 4-bit element: sign, two exponent bits (bias 1), one fraction bit. No NaN, no infinity.
#pragma once
#include <array>
#include <cstdint>

#include "fp4/formats/float_spec.hpp"

namespace fp4 {

struct Element; // fp4/code_book.hpp

struct E2m1 {
    uint8_t code; // 0..15

    constexpr operator Element() const;

    friend constexpr bool operator==(E2m1, E2m1) = default;
};

inline constexpr FloatSpec e2m1_spec{2, 1, 1};
inline constexpr int e2m1_max_magnitude_code = 7; // 6.0
inline constexpr int e2m1_max_halves = 12;
inline constexpr uint8_t e2m1_sign_bit = 8;
inline constexpr uint8_t e2m1_negative_zero = 8;

// Value in half-units (value * 2), -12..12. Both zeros give 0.
constexpr int e2m1_halves(E2m1 element) {
    const int field = element.code >> 1 & 3;
    const int fraction = element.code & 1;
    const int mag_halves = field ? (2 + fraction) << (field - 1) : fraction;
    return element.code & e2m1_sign_bit ? -mag_halves : mag_halves;
}

inline constexpr auto e2m1_halves_table = [] {
    std::array<int8_t, 16> table{};
    for (uint8_t code = 0; code < 16; ++code)
        table[code] = static_cast<int8_t>(e2m1_halves({code}));
    return table;
}();

} // namespace fp4
