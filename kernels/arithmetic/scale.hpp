// Block scales out of their bytes.
#pragma once
#include "fp4/formats/scale.hpp" // ScaleType

#include "host_device.hpp"

namespace fp4::kernels {

// value = significand * 2^(exponent - 3). As alignment sees it: a subnormal has the exponent of the
// smallest normal and no hidden bit, zero has significand 0 and exponent -126.
struct ScaleParts {
    int32_t significand;
    int32_t exponent;
};

// The types that the functions below read.
constexpr bool scale_is_known(ScaleType type) {
    return type == ScaleType::ue4m3 || type == ScaleType::e3m3 || type == ScaleType::e8m0;
}

// What a scale is worth in units of the UE4M3 scale with the same payload. Not of E8M0.
FP4_HD float ue4m3_units(ScaleType type) { return type == ScaleType::e3m3 ? 16.0f : 1.0f; }

// UE4M3 ignores the top bit of its byte, E3M3 the top two; a format gives them another meaning.
FP4_HD bool scale_is_nan(ScaleType type, uint32_t byte) {
    return type == ScaleType::ue4m3 ? (byte & 0x7F) == 0x7F
                                    : type == ScaleType::e8m0 && byte == 0xFF;
}

FP4_HD ScaleParts scale_parts(ScaleType type, uint32_t byte) {
    if (type == ScaleType::e8m0) return {8, static_cast<int32_t>(byte) - 127};
    const bool e3m3 = type == ScaleType::e3m3;
    const int32_t field = static_cast<int32_t>(e3m3 ? byte >> 3 & 7 : byte >> 3 & 15),
                  fraction = static_cast<int32_t>(byte & 7);
    if (field == 0 && fraction == 0) return {0, -126};
    return {field ? 8 + fraction : fraction, (field ? field : 1) - (e3m3 ? 3 : 7)};
}

// Exact. The byte is no NaN.
FP4_HD float scale_value(ScaleType type, uint32_t byte) {
    if (type == ScaleType::e8m0) return float_of(byte ? byte << 23 : 1u << 22);
    // The fields where binary32 has them, the exponent too small by the difference of the biases;
    // subnormals become binary32's own.
    if (type == ScaleType::e3m3) return multiply_rn(float_of((byte & 0x3F) << 20), 0x1p124f);
    return multiply_rn(float_of((byte & 0x7F) << 20), 0x1p120f);
}

// Value in units of the type's smallest step: 2^-9 (UE4M3, at most 229,376) or 2^-5 (E3M3, at most
// 960). Not of E8M0.
FP4_HD int32_t scale_steps(ScaleType type, uint32_t byte) {
    const int32_t field = static_cast<int32_t>(type == ScaleType::e3m3 ? byte >> 3 & 7
                                                                       : byte >> 3 & 15),
                  fraction = static_cast<int32_t>(byte & 7);
    return field ? (8 + fraction) << (field - 1) : fraction;
}

} // namespace fp4::kernels
