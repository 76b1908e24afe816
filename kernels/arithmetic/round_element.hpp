// binary32 to E2M1 codes under the element rules of the encoders; 6 and beyond is 6.
#pragma once
#include "host_device.hpp"

namespace fp4::kernels {

// Magnitude code 0..7 of |y|: how many midpoints lie below it. At a midpoint itself: `up` the upper
// code.
FP4_HD uint32_t e2m1_magnitude(float magnitude, bool up) {
    const auto beyond = [&](float midpoint) {
        return static_cast<uint32_t>(up ? magnitude >= midpoint : magnitude > midpoint);
    };
    return beyond(0.25f) + beyond(0.75f) + beyond(1.25f) + beyond(1.75f) + beyond(2.5f) +
           beyond(3.5f) + beyond(5.0f);
}

FP4_HD float magnitude_of(float y) { return float_of(word_of(y) & 0x7FFFFFFF); }

// Ties to the even code; the sign is kept, also of zeros.
FP4_HD uint32_t e2m1_rne(float y) {
    const float m = magnitude_of(y);
    const uint32_t code = static_cast<uint32_t>(m > 0.25f) + (m >= 0.75f) + (m > 1.25f) +
                          (m >= 1.75f) + (m > 2.5f) + (m >= 3.5f) + (m > 5.0f);
    return code | (word_of(y) >> 31) << 3;
}

// Ties toward minus infinity; zero has no sign.
FP4_HD uint32_t e2m1_floor_ties(float y) {
    const uint32_t code = e2m1_magnitude(magnitude_of(y), y < 0);
    return code && y < 0 ? code | 8 : code;
}

// Ties toward zero; zero has no sign.
FP4_HD uint32_t e2m1_zero_ties(float y) {
    const uint32_t code = e2m1_magnitude(magnitude_of(y), false);
    return code && y < 0 ? code | 8 : code;
}

// Half-units of a magnitude code.
FP4_HD int e2m1_mag_halves(uint32_t code) {
    return static_cast<int>(0xC8643210u >> 4 * (code & 7) & 0xF);
}

FP4_HD float e2m1_value(uint32_t code) {
    const float magnitude = 0.5f * static_cast<float>(e2m1_mag_halves(code));
    return code & 8 ? -magnitude : magnitude;
}

} // namespace fp4::kernels
