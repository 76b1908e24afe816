// Toward zero: alignment that drops bits, and the packing of what remains.
#pragma once
#include "host_device.hpp"

namespace fp4::kernels {

// value * 2^shift toward zero; the result fits 63 bits.
FP4_HD int64_t cut(int64_t value, int shift) {
    const int64_t magnitude = value < 0 ? -value : value, moved = shift >= 0 ? magnitude << shift
                                                                  : shift > -64
                                                                      ? magnitude >> -shift
                                                                      : 0;
    return value < 0 ? -moved : moved;
}

// value * 2^exponent in binary32, toward zero but for overflow, which is infinity; a zero is +0.
FP4_HD uint32_t pack_toward_zero(int64_t value, int exponent) {
    const uint32_t sign = value < 0 ? 0x80000000u : 0;
    const uint64_t magnitude = static_cast<uint64_t>(value < 0 ? -value : value);
    if (magnitude == 0) return 0;
    const int top = 63 - leading_zeros(magnitude), power = top + exponent;
    if (power > 127) return sign | 0x7F800000;
    if (power >= -126) {
        const uint64_t significand = top > 23 ? magnitude >> (top - 23) : magnitude << (23 - top);
        return sign | static_cast<uint32_t>(power + 127) << 23 |
               (static_cast<uint32_t>(significand) & 0x7FFFFF);
    }
    const auto steps = static_cast<uint32_t>(cut(static_cast<int64_t>(magnitude), exponent + 149));
    return steps ? sign | steps : 0;
}

} // namespace fp4::kernels
