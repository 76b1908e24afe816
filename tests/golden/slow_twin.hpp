// A slow twin of golden's numbers: rationals without bounds, every definition taken literally, no
// code shared with golden.
#pragma once
#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <cstdlib>

#include "format_rows.hpp"

namespace fp4::slow {

using Integer = boost::multiprecision::cpp_int;
using Exact = boost::multiprecision::cpp_rational;

inline Exact scaled(const Exact& x, int exponent) { // x * 2^exponent
    const Integer power = Integer(1) << std::abs(exponent);
    return exponent < 0 ? Exact(x / power) : Exact(x * power);
}

struct Layout {
    int exponent_bits;
    int fraction_bits;
    int bias;
};
inline constexpr Layout fp32_layout{8, 23, 127};
inline constexpr Layout bf16_layout{8, 7, 127};
inline constexpr Layout fp16_layout{5, 10, 15};

// Value of a magnitude code; codes past the largest finite one continue the sequence, so infinity's
// code is worth 2^(emax + 1).
inline Exact value_of_code(const Layout& layout, uint64_t code) {
    const auto field = static_cast<int>(code >> layout.fraction_bits);
    const uint64_t hidden = uint64_t{1} << layout.fraction_bits;
    const uint64_t fraction = code % hidden;
    if (field == 0) return scaled(fraction, 1 - layout.bias - layout.fraction_bits);
    return scaled(hidden + fraction, field - layout.bias - layout.fraction_bits);
}

// The code a magnitude rounds to: its exponent field by bisection, then whole steps of that field's
// grid.
inline uint64_t code_of_value(const Layout& layout, const Exact& magnitude, bool toward_zero) {
    const auto reaches =
        [&](uint64_t field) { // cross-multiplied: Boost's comparison takes twice as long
            const Exact x = value_of_code(layout, field << layout.fraction_bits);
            return numerator(x) * denominator(magnitude) <= numerator(magnitude) * denominator(x);
        };
    uint64_t field = 0, high = 1;
    while (reaches(high)) high *= 2;
    while (high - field > 1) {
        const uint64_t middle = (field + high) / 2;
        (reaches(middle) ? field : high) = middle;
    }
    const uint64_t first = field << layout.fraction_bits;
    const Exact steps =
        scaled(magnitude - value_of_code(layout, first),
               layout.bias + layout.fraction_bits - std::max(static_cast<int>(field), 1));
    const Integer whole = numerator(steps) / denominator(steps);
    const uint64_t code = first + static_cast<uint64_t>(whole);
    const Exact rest = steps - whole, half(1, 2);
    const bool up = rest > half || (rest == half && code % 2 == 1);
    return up && !toward_zero ? code + 1 : code;
}

// Bits of a value in a layout with infinities; zero is +0, also after rounding.
inline uint32_t bits_of_value(const Layout& layout, const Exact& value, bool toward_zero) {
    const uint64_t infinity = ((uint64_t{1} << layout.exponent_bits) - 1) << layout.fraction_bits;
    const uint64_t code = std::min(code_of_value(layout, abs(value), toward_zero), infinity);
    const uint64_t sign =
        value < 0 && code != 0 ? uint64_t{1} << (layout.exponent_bits + layout.fraction_bits) : 0;
    return static_cast<uint32_t>(sign | code);
}

inline Exact value_of_fp32(uint32_t bits) { // finite patterns
    const Exact magnitude = value_of_code(fp32_layout, bits & 0x7FFFFFFF);
    return bits >> 31 ? Exact(-magnitude) : magnitude;
}

// What the bytes of a record after the first multiply the element in a place by.
inline int factor_of(test::Parts parts, uint32_t record, int place) {
    const auto digit = [&](uint32_t byte, uint32_t base, int power) {
        uint32_t n = record;
        for (uint32_t i = 0; i < byte; ++i) n /= 256;
        n %= 256;
        for (int i = 0; i < power; ++i) n /= base;
        return static_cast<int>(n % base);
    };
    if (parts == test::Parts::quarters) return 4 + digit(1, 4, place / 8);
    if (parts == test::Parts::none) return 1;
    const int eights = digit(1, 2, 7 - place / 8),
              fours = place < 32 ? digit(2, 2, 7 - place / 4) : digit(3, 2, 15 - place / 4);
    return (eights ? 2 : 1) * (fours ? 2 : 1);
}

// Element in units of the format's row, from the tables of the format's definition.
inline int lane_of(Format format, Specials specials, uint32_t record, int code, int place = 0) {
    const test::FormatRow& row = test::row_of(format);
    const int scale_byte = static_cast<int>(record % 256);
    if (code != row.special)
        return test::lanes_under(row, scale_byte)[static_cast<size_t>(code)] *
               factor_of(row.parts, record, place);
    const int magnitude =
        row.v2_by_bit_6 && scale_byte / 64 % 2 == 1 ? specials.v2_halves : specials.v1_halves;
    return scale_byte >= 128 ? -magnitude : magnitude;
}

inline int block_of(Format format) { return test::row_of(format).block; }

// value = mantissa * 2^exponent; alignment is the exponent that a fused step aligns with.
struct BlockScale {
    int mantissa;
    int exponent;
    int alignment;
    bool nan;
};

inline BlockScale scale_of(Format format, uint32_t record) {
    const auto scale_byte = static_cast<int>(record % 256);
    const auto [payloads, fractions, bias, subnormals, nan] = test::row_of(format).scale;
    const int payload = scale_byte % payloads, field = payload / fractions,
              fraction = payload % fractions;
    int fraction_bits = 0;
    while (1 << fraction_bits < fractions) ++fraction_bits;
    if (payload == nan) return {0, 0, 0, true};
    if (payload == 0 && subnormals) return {0, 0, -126, false};
    if (field == 0 && subnormals) return {fraction, 1 - bias - fraction_bits, 1 - bias, false};
    return {fractions + fraction, field - bias - fraction_bits, field - bias, false};
}

} // namespace fp4::slow
