// Binary floating-point layouts as data, and the one rounder every result of this library passes
// through.
#pragma once
#include <bit>
#include <cstdint>

namespace fp4 {

// IEEE-style layout with subnormals. The code of a magnitude is exponent_field << fraction_bits |
// fraction, which is monotone in the value.
struct FloatSpec {
    int exponent_bits;
    int fraction_bits;
    int bias;

    constexpr int sign_position() const { return exponent_bits + fraction_bits; }
    constexpr int min_exponent() const { return 1 - bias; }
    constexpr uint64_t infinity_code() const {
        return ((uint64_t{1} << exponent_bits) - 1) << fraction_bits;
    }
};

inline constexpr FloatSpec fp32_spec{8, 23, 127};
inline constexpr FloatSpec bf16_spec{8, 7, 127};
inline constexpr FloatSpec fp16_spec{5, 10, 15};

enum class Rounding { nearest_even, toward_zero };

// Rounds significand * 2^lsb_exponent to the grid of `spec` and returns its magnitude code.
// `sticky` says that the true magnitude lies strictly between significand and significand + 1
// units. Codes above the largest finite one are returned as they come: what overflow means
// (infinity, saturation) is the format's business.
uint64_t round_magnitude(const FloatSpec& spec, uint64_t significand, int lsb_exponent, bool sticky,
                         Rounding rounding);

// round_magnitude to a layout with infinities, sign included. Overflow is infinity in both
// roundings; a zero result is +0.
uint32_t round_float(const FloatSpec& spec, bool negative, uint64_t significand, int lsb_exponent,
                     bool sticky, Rounding rounding);

// A binary32 bit pattern; never confused with an integer or with a native float.
struct Fp32 {
    uint32_t bits = 0;

    static constexpr Fp32 from_float(float x) { return {std::bit_cast<uint32_t>(x)}; }
    constexpr float to_float() const { return std::bit_cast<float>(bits); }

    constexpr bool negative() const { return bits >> 31; }
    constexpr bool is_nan() const { return (bits & 0x7FFFFFFF) > 0x7F800000; }
    constexpr bool is_infinite() const { return (bits & 0x7FFFFFFF) == 0x7F800000; }
    constexpr bool is_zero() const { return (bits & 0x7FFFFFFF) == 0; }

    // Finite values only: value = (-1)^negative * significand * 2^(exponent - 23); a subnormal or
    // zero has exponent -126.
    constexpr uint32_t significand() const {
        return (bits & 0x7FFFFF) | (exponent_field() ? 0x800000u : 0u);
    }
    constexpr int exponent() const { return (exponent_field() ? exponent_field() : 1) - 127; }

    friend constexpr bool operator==(Fp32, Fp32) = default;

  private:
    constexpr int exponent_field() const { return static_cast<int>(bits >> 23 & 0xFF); }
};

// A binary16 bit pattern.
struct Fp16 {
    uint16_t bits = 0;

    friend constexpr bool operator==(Fp16, Fp16) = default;
};

// The one NaN per width that this library produces (arithmetic profiles and epilogue).
inline constexpr Fp32 fp32_nan{0x7FFFFFFF};
inline constexpr Fp16 fp16_nan{0x7FFF};

// round_float to binary32.
inline Fp32 round_fp32(bool negative, uint64_t significand, int lsb_exponent, bool sticky,
                       Rounding rounding) {
    return {round_float(fp32_spec, negative, significand, lsb_exponent, sticky, rounding)};
}

// Nearest bfloat16, ties to even; overflow is infinity, which stays as it is. Not for NaN.
float round_to_bf16(float x);

} // namespace fp4
