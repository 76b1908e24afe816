// Code books of 4-bit elements: one row each, everything else derived from the row.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fp4/formats/e2m1.hpp"

namespace fp4 {

// The code of an element, 0..15, whatever its code book.
struct Element {
    uint8_t code;

    friend constexpr bool operator==(Element, Element) = default;
};

constexpr E2m1::operator Element() const { return {code}; }

// The values of the sixteen codes. Codes 0..7 ascend from zero.
struct CodeBook {
    std::string_view name;
    std::array<int8_t, 16> values; // signed integers
    int units;                     // of them make 1.0, a power of two
    int negative_zero;             // the code of -0; -1: there is one zero

    constexpr float value(Element element) const {
        return static_cast<float>(values[element.code]) / static_cast<float>(units);
    }
    // Magnitude of code 7, to which encoders scale a block. The code of the lowest value may have a
    // larger one.
    constexpr float largest() const { return value({7}); }
};

enum class CodeBookType : uint8_t { e2m1, e1m2, int4, razer_mix_6, razer_mix_5, s1p2 };

inline constexpr std::array<CodeBook, 6> code_books{{
    {"e2m1", e2m1_halves_table, 2, e2m1_negative_zero},
    // twice the minifloat of one exponent bit, so that both fill the range of E2M1
    {"e1m2", {0, 1, 2, 3, 4, 5, 6, 7, 0, -1, -2, -3, -4, -5, -6, -7}, 1, 8},
    {"int4", {0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1}, 1, -1},
    // E2M1 with +2.5 in the place of -0; and with -2.5, and 5 in the place of 6
    {"razer-mix-6", {0, 1, 2, 3, 4, 6, 8, 12, 5, -1, -2, -3, -4, -6, -8, -12}, 2, -1},
    {"razer-mix-5", {0, 1, 2, 3, 4, 6, 8, 10, -5, -1, -2, -3, -4, -6, -8, -10}, 2, -1},
    // sign and three bits with two after the point
    {"s1p2", {0, 1, 2, 3, 4, 5, 6, 7, 0, -1, -2, -3, -4, -5, -6, -7}, 4, 8},
}};

constexpr const CodeBook& spec_of(CodeBookType type) {
    return code_books[static_cast<size_t>(type)];
}

static_assert(std::ranges::all_of(code_books, [](const CodeBook& book) {
    return std::has_single_bit(static_cast<unsigned>(book.units)) && book.values[0] == 0 &&
           std::is_sorted(book.values.begin(), book.values.begin() + 8);
}));

} // namespace fp4
