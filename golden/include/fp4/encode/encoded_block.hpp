#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "fp4/formats/format.hpp"

namespace fp4 {

// A block of 16: its scale byte and one code, 0..15, per element.
struct EncodedBlock {
    uint8_t scale_byte;
    std::array<uint8_t, dot_lanes> codes;
};

// Largest magnitude; a NaN is left out.
inline float amax_of(std::span<const float> x) {
    float amax = 0;
    for (float value : x) amax = std::max(amax, std::fabs(value));
    return amax;
}

} // namespace fp4
