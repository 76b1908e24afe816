// The search that all roundings to a code book share.
#pragma once
#include <array>
#include <cmath>

#include "fp4/formats/code_book.hpp"

namespace fp4 {

enum class Ties { even, toward_zero, away };

// What rounding needs of a code book.
struct CodeBookGrid {
    std::array<float, 7> midpoints;  // between the magnitudes of codes 0..7
    std::array<uint8_t, 8> negative; // the code of minus the value of codes 0..7; of zero, -0 where
                                     // there is one
};

constexpr CodeBookGrid grid_of(const CodeBook& book) {
    CodeBookGrid grid{};
    for (size_t i = 0; i < grid.midpoints.size(); ++i)
        grid.midpoints[i] = static_cast<float>(book.values[i] + book.values[i + 1]) /
                            static_cast<float>(2 * book.units);
    for (size_t i = 1; i < grid.negative.size(); ++i)
        for (uint8_t code = 8; code < 16; ++code)
            if (book.values[code] == -book.values[i]) grid.negative[i] = code;
    if (book.negative_zero >= 0) grid.negative[0] = static_cast<uint8_t>(book.negative_zero);
    return grid;
}

inline constexpr auto code_book_grids = [] {
    std::array<CodeBookGrid, code_books.size()> grids{};
    for (size_t i = 0; i < grids.size(); ++i) grids[i] = grid_of(code_books[i]);
    return grids;
}();

constexpr const CodeBookGrid& grid_of(CodeBookType book) {
    return code_book_grids[static_cast<size_t>(book)];
}

// The number of midpoints that the magnitude of y reaches; a NaN reaches them all.
template <Ties ties>
uint8_t nearest_magnitude(const CodeBookGrid& grid, float y) {
    const float magnitude = std::fabs(y);
    uint8_t code = 0;
    for (size_t lower = 0; lower < grid.midpoints.size(); ++lower) {
        const float midpoint = grid.midpoints[lower];
        const bool tie_goes_up = ties == Ties::away || (ties == Ties::even && lower % 2 == 1);
        if (tie_goes_up ? !(magnitude < midpoint) : !(magnitude <= midpoint)) ++code;
    }
    return code;
}

} // namespace fp4
