// Code books of 4-bit elements: one row each, everything else derived from the row.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fp4/e2m1.hpp"

namespace fp4 {

// The code of an element, 0..15, whatever its code book.
struct Element {
    uint8_t code;

    friend constexpr bool operator==(Element, Element) = default;
};

constexpr E2m1::operator Element() const { return {code}; }

// Datapaths carry elements as integers of this many to 1.0: half-units.
inline constexpr int element_units = 2;

// The values of the sixteen codes. Codes 0..7 ascend from zero.
struct CodeBook {
    std::string_view name;
    std::array<int8_t, 16> values; // signed integers
    int units;                     // of them make 1.0; a divisor of element_units
    int negative_zero;             // the code of -0; -1: there is one zero

    constexpr int halves(Element element) const {
        return values[element.code] * (element_units / units);
    }
    constexpr int max_halves() const {
        int largest = 0;
        for (uint8_t code = 0; code < 16; ++code)
            largest = std::max({largest, halves({code}), -halves({code})});
        return largest;
    }
    // Magnitude of code 7, to which encoders scale a block. The code of the lowest value may have a
    // larger one.
    constexpr float largest() const {
        return static_cast<float>(values[7]) / static_cast<float>(units);
    }
};

enum class CodeBookType : uint8_t { e2m1, e1m2, int4, e2m1_5 };

inline constexpr std::array<CodeBook, 4> code_books{{
    {"e2m1", e2m1_halves_table, 2, e2m1_negative_zero},
    // twice the minifloat of one exponent bit, so that both fill the range of E2M1
    {"e1m2", {0, 1, 2, 3, 4, 5, 6, 7, 0, -1, -2, -3, -4, -5, -6, -7}, 1, 8},
    {"int4", {0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1}, 1, -1},
    // E2M1 with +5 in the place of -0
    {"e2m1-5", {0, 1, 2, 3, 4, 6, 8, 12, 10, -1, -2, -3, -4, -6, -8, -12}, 2, -1},
}};

constexpr const CodeBook& spec_of(CodeBookType type) {
    return code_books[static_cast<size_t>(type)];
}

static_assert(std::ranges::all_of(code_books, [](const CodeBook& book) {
    return element_units % book.units == 0 && book.values[0] == 0 &&
           std::is_sorted(book.values.begin(), book.values.begin() + 8);
}));

// Half-units by code, of every book.
inline constexpr auto code_book_halves = [] {
    std::array<std::array<int8_t, 16>, code_books.size()> tables{};
    for (size_t book = 0; book < tables.size(); ++book)
        for (uint8_t code = 0; code < 16; ++code)
            tables[book][code] = static_cast<int8_t>(code_books[book].halves({code}));
    return tables;
}();

} // namespace fp4
