// About the squared error of a block under many scales, in binary32: enough to tell which few are
// worth knowing exactly.
#pragma once
#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace fp4 {

// What an estimate may be off by, as a share of itself and of the block's sum of squares: a hundred
// times what its roundings add up to.
inline constexpr float estimate_tolerance = 0x1p-16f;

inline constexpr size_t estimated_run = 16; // elements at once

// A code book in units of the scale.
struct RoughEntries {
    size_t count = 0;
    std::array<float, 16> value{}, midpoint{}; // ascending; between a value and the next
};

// The scales of one selector, each with its estimate; NaN until there is one.
struct RoughScales {
    size_t count = 0;
    std::array<int, 256> payload;
    std::array<float, 256> inverse, square, error;

    // step: what the scale multiplies lanes by, in the power of two in which x is given.
    void add(int scale_payload, double step) {
        payload[count] = scale_payload;
        inverse[count] = static_cast<float>(1 / step);
        square[count] = static_cast<float>(step * step);
        error[count++] = std::numeric_limits<float>::quiet_NaN();
    }
};

// Writes the errors of the scales from number `first` on. x: whole runs, the largest magnitude 1 to
// 2. NaN or infinite where binary32 cannot tell.
void estimate_errors(const RoughEntries& entries, std::span<const float> x, size_t first,
                     RoughScales& scales);

} // namespace fp4
