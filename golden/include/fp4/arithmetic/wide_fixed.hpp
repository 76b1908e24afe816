// A two's complement fixed-point register for sums that must not lose a bit.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "fp4/formats/float_spec.hpp"

namespace fp4 {

// Limbs * 64 bits, least significant bit worth 2^LsbExponent. The caller sees to it that sums stay
// inside.
template <int Limbs, int LsbExponent>
class WideFixed {
  public:
    // Adds value * 2^exponent; exponent >= LsbExponent.
    constexpr void add(int64_t value, int exponent) {
        const int shift = exponent - LsbExponent;
        const int limb = shift / 64, bit = shift % 64;
        const uint64_t sign = value < 0 ? ~uint64_t{0} : 0;
        const auto low = static_cast<uint64_t>(value);
        bool carry = false;
        for (int i = limb; i < Limbs; ++i) {
            const uint64_t upper = i == limb ? low : sign;
            const uint64_t lower = i == limb ? 0 : i == limb + 1 ? low : sign;
            carry = add_limb(i, bit ? upper << bit | lower >> (64 - bit) : upper, carry);
        }
    }

    // -1, 0 or 1.
    constexpr int sign() const {
        if (limbs_[Limbs - 1] >> 63) return -1;
        for (const uint64_t limb : limbs_)
            if (limb != 0) return 1;
        return 0;
    }

    // The value, or its quotient by 1 to 2^32 - 1, rounded to binary32 or to another layout with
    // infinities; zero is +0. A quotient is exact down to LsbExponent and must not need more.
    constexpr Fp32 round(Rounding rounding, uint32_t divisor = 1) const {
        return {round(fp32_spec, rounding, divisor)};
    }
    constexpr uint32_t round(const FloatSpec& spec, Rounding rounding, uint32_t divisor = 1) const {
        const bool negative = limbs_[Limbs - 1] >> 63;
        auto magnitude = negative ? negated() : limbs_;
        const bool remainder = divisor != 1 && divide(magnitude, divisor) != 0;
        int top = Limbs - 1;
        while (top > 0 && magnitude[static_cast<size_t>(top)] == 0) --top;
        const uint64_t high = magnitude[static_cast<size_t>(top)];
        if (top == 0) return round_float(spec, negative, high, LsbExponent, remainder, rounding);
        // A window of 64 bits from the top set bit; what lies below only matters as sticky.
        const int drop = 64 - std::countl_zero(high);
        const uint64_t low = magnitude[static_cast<size_t>(top) - 1];
        const uint64_t window = drop == 64 ? high : high << (64 - drop) | low >> drop;
        bool sticky =
            remainder || (drop == 64 ? low != 0 : (low & ((uint64_t{1} << drop) - 1)) != 0);
        for (int i = 0; i < top - 1; ++i) sticky |= magnitude[static_cast<size_t>(i)] != 0;
        return round_float(spec, negative, window, LsbExponent + 64 * (top - 1) + drop, sticky,
                           rounding);
    }

  private:
    constexpr bool add_limb(int i, uint64_t addend, bool carry) {
        uint64_t& limb = limbs_[static_cast<size_t>(i)];
        const uint64_t partial = limb + addend;
        const uint64_t sum = partial + (carry ? 1 : 0);
        const bool carry_out = partial < addend || sum < partial;
        limb = sum;
        return carry_out;
    }

    // Leaves the quotient and returns the remainder; digits of 32 bits, as in long division by
    // hand.
    static constexpr uint64_t divide(std::array<uint64_t, Limbs>& magnitude, uint64_t divisor) {
        uint64_t remainder = 0;
        for (size_t i = Limbs; i-- > 0;) {
            const uint64_t high = remainder << 32 | magnitude[i] >> 32;
            const uint64_t low = high % divisor << 32 | (magnitude[i] & 0xFFFFFFFF);
            magnitude[i] = high / divisor << 32 | low / divisor;
            remainder = low % divisor;
        }
        return remainder;
    }

    constexpr std::array<uint64_t, Limbs> negated() const {
        std::array<uint64_t, Limbs> result{};
        bool carry = true;
        for (size_t i = 0; i < Limbs; ++i) {
            result[i] = ~limbs_[i] + (carry ? 1 : 0);
            carry = carry && result[i] == 0;
        }
        return result;
    }

    std::array<uint64_t, Limbs> limbs_{};
};

} // namespace fp4
