// Block-scale types: one row each, everything else derived from the row.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fp4 {

// An unsigned minifloat. `payload` is the byte without the bits that a format gives another
// meaning.
struct ScaleSpec {
    std::string_view name;
    int exponent_bits;
    int fraction_bits;
    int bias;
    bool subnormals; // exponent field 0 has no hidden bit and the exponent of field 1
    int nan_payload; // -1: the type has no NaN
    int max_payload; // largest finite value

    constexpr int payload_bits() const { return exponent_bits + fraction_bits; }
    constexpr int payload_mask() const { return (1 << payload_bits()) - 1; }
    constexpr bool has_nan() const { return nan_payload >= 0; }
    // Every scale is a power of two.
    constexpr bool exponent_only() const { return fraction_bits == 0; }
    // Smallest payload that is not worth zero.
    constexpr int min_payload() const { return subnormals ? 1 : 0; }
    // Every scale is an integer multiple of 2^step_exponent, below 2^(max_exponent + 1).
    constexpr int step_exponent() const { return (subnormals ? 1 : 0) - bias - fraction_bits; }
    constexpr int max_exponent() const { return (max_payload >> fraction_bits) - bias; }
    // An int64 in units of 2^-20 has room for sums of dot products under two scales of such types
    // (exact_sum.hpp).
    constexpr bool fits_int64_sum() const { return step_exponent() >= -9 && max_exponent() <= 8; }
};

enum class ScaleType : uint8_t { ue4m3, e3m3, e8m0, ue5m3, e6m2 };

inline constexpr std::array<ScaleSpec, 5> scale_specs{{
    {"ue4m3", 4, 3, 7, true, 0x7F, 0x7E},
    {"e3m3", 3, 3, 3, true, -1, 0x3F},
    {"e8m0", 8, 0, 127, false, 0xFF, 0xFE},
    {"ue5m3", 5, 3, 15, true, 0xFF, 0xFE},
    {"e6m2", 6, 2, 48, false, 0xFF, 0xFE}, // no zero
}};

constexpr const ScaleSpec& spec_of(ScaleType type) {
    return scale_specs[static_cast<size_t>(type)];
}

// Exponent that a zero scale carries into alignment: it must not raise the largest exponent of a
// fused step.
inline constexpr int zero_scale_exponent = -126;

// Fraction bits of Scale::significand, common to all scale types.
inline constexpr int scale_fraction_bits = 3;

// A decoded scale: value = significand * 2^(exponent - 3), significand 0..15 (E8M0: always 8).
// Subnormals have no hidden bit and the exponent of the smallest normal; zero has significand 0 and
// exponent -126.
struct Scale {
    uint8_t significand;
    int16_t exponent;
    bool nan; // the other fields are then 0 and -126

    friend constexpr bool operator==(const Scale&, const Scale&) = default;
};

// Every payload is defined. A NaN payload gives {0, -126, true}.
constexpr Scale decode_scale(const ScaleSpec& spec, int payload) {
    if (payload == spec.nan_payload) return {0, zero_scale_exponent, true};
    const int field = payload >> spec.fraction_bits;
    const int fraction = payload & ((1 << spec.fraction_bits) - 1);
    const bool subnormal = spec.subnormals && field == 0;
    const int significand = (subnormal ? fraction : (1 << spec.fraction_bits) + fraction)
                            << (scale_fraction_bits - spec.fraction_bits);
    if (significand == 0) return {0, zero_scale_exponent, false};
    return {static_cast<uint8_t>(significand),
            static_cast<int16_t>((subnormal ? 1 : field) - spec.bias), false};
}

// Decoded value as a native float: exact for every finite payload of the types above.
float scale_to_float(const Scale& scale);

// Nearest payload to x, ties to even, saturating at max_payload and, in a type without zero, at 0.
// x must not be negative or NaN; infinity saturates.
int encode_scale(const ScaleSpec& spec, float x, int max_payload);

} // namespace fp4
