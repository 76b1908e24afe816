// Block encoders as straight-line code for one lane of a batch of sixteen blocks. A loop over the
// lanes of such code becomes vector instructions of whatever instruction set the enclosing function
// is compiled for, so each rule is written once and has the operations of the reference in their
// order.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "fp4/formats/format.hpp"

namespace fp4::lanes {

inline constexpr size_t batch = 16; // blocks

// Element i of a lane's block lies batch * i floats on.
struct Elements {
    const float* first;
    [[gnu::always_inline]] float operator[](int i) const {
        return first[batch * static_cast<size_t>(i)];
    }
};

struct EncodedLane {
    int32_t scale_byte;
    std::array<uint32_t, 2> words; // eight codes each
};

[[gnu::always_inline]] constexpr int32_t bits_of(float x) { return std::bit_cast<int32_t>(x); }
[[gnu::always_inline]] constexpr float float_of(int32_t bits) { return std::bit_cast<float>(bits); }
[[gnu::always_inline]] constexpr int32_t magnitude_bits(float x) {
    return bits_of(x) & 0x7FFFFFFF;
} // ordered as the magnitudes are
[[gnu::always_inline]] constexpr uint32_t sign_of(float x) {
    return std::bit_cast<uint32_t>(x) >> 31;
}

// Where code i of a word goes, so that the word in memory has the packed order.
constexpr int code_shift(int i) {
    return (std::endian::native == std::endian::big ? 3 - i % 8 / 2 : i % 8 / 2) * 8 + i % 2 * 4;
}

[[gnu::always_inline]] inline void put(std::array<uint32_t, 2>& words, int i, uint32_t code) {
    words[static_cast<size_t>(i / 8)] |= code << code_shift(i);
}

[[gnu::always_inline]] inline int32_t largest_magnitude_bits(Elements x) {
    int32_t largest = 0;
#pragma GCC unroll 16
    for (int i = 0; i < dot_lanes; ++i) largest = std::max(largest, magnitude_bits(x[i]));
    return largest;
}

// encode_scale for x >= 0, also clamped from below, which is the same as clamping x: a normal
// result is a rounded prefix of the bits of x, a subnormal one an integer once x is added to 2^23
// steps.
template <ScaleType type>
[[gnu::always_inline]] inline int32_t scale_payload(float x, int32_t min_payload,
                                                    int32_t max_payload) {
    constexpr const ScaleSpec& spec = spec_of(type);
    constexpr int drop = 23 - spec.fraction_bits;
    constexpr float smallest_normal = float_of((128 - spec.bias) << 23),
                    steps = float_of((127 + 24 - spec.fraction_bits - spec.bias) << 23);
    const int32_t bits = std::min(
        bits_of(x),
        bits_of(std::numeric_limits<float>::infinity())); // a NaN block is an error in the end
    const int32_t normal = ((bits + (1 << (drop - 1)) - 1 + (bits >> drop & 1)) >> drop) -
                           ((127 - spec.bias) << spec.fraction_bits);
    const int32_t subnormal = bits_of(x + steps) - bits_of(steps);
    return std::clamp(bits < bits_of(smallest_normal) ? subnormal : normal, min_payload,
                      max_payload);
}

// scale_to_float(decode_scale(...)) for a finite payload.
template <ScaleType type>
[[gnu::always_inline]] inline float scale_value(int32_t payload) {
    constexpr const ScaleSpec& spec = spec_of(type);
    constexpr float step = float_of((128 - spec.bias - spec.fraction_bits) << 23);
    const float subnormal = static_cast<float>(payload) * step;
    const float normal =
        float_of((payload << (23 - spec.fraction_bits)) + ((127 - spec.bias) << 23));
    return payload < 1 << spec.fraction_bits ? subnormal : normal;
}

// RNE of w / scale for a block scale, 2^-9 or more, and |w| up to 2^60; `reciprocal` is RNE of 1 /
// scale. Where the machine has fused multiply-adds they replace the division and give its bits: the
// first quotient is within 1.5 units of its last place, the remainder fits a few bits, and since a
// scale has four significant bits, w / scale is either representable or at least 1/30 unit from
// where rounding changes its mind. Below 2^-100 the remainder can underflow; such a quotient is
// only known to be far below every decision point.
template <bool fused>
[[gnu::always_inline]] inline float divide_by_block_scale(float w, float scale, float reciprocal) {
    if constexpr (!fused) return w / scale;
    const float quotient = w * reciprocal;
    return std::fma(std::fma(-quotient, scale, w), reciprocal, quotient);
}

// An E2M1 magnitude: its code and the bits of its value in binary32.
struct Magnitude {
    int32_t code;
    int32_t bits;
};

// The E2M1 magnitude nearest to the one with these bits, saturating at 6. A tie goes up where the
// argument of its place is 1, down where it is 0: between 0 and 0.5, between 0.5 and 1, and above.
[[gnu::always_inline]] inline Magnitude nearest_magnitude(int32_t bits, int32_t up_quarter,
                                                          int32_t up_three_quarters, int32_t up) {
    const int32_t at_least_one = std::clamp(bits, bits_of(1.0f), bits_of(6.0f));
    const int32_t rounded = (at_least_one + 0x1FFFFF + up) >> 22; // exponent and one fraction bit
    const bool is_half = bits > bits_of(0.25f) - up_quarter,
               is_more = bits > bits_of(0.75f) - up_three_quarters;
    return {is_more ? rounded - (bits_of(1.0f) >> 22) + 2 : static_cast<int32_t>(is_half),
            is_more   ? rounded << 22
            : is_half ? bits_of(0.5f)
                      : 0};
}

} // namespace fp4::lanes
