#include <gtest/gtest.h>

#include "fp4/formats/float_spec.hpp"
#include "operands.hpp"
#include "slow_twin.hpp"

namespace fp4 {
namespace {

using test::hex;

constexpr auto nearest = Rounding::nearest_even;
constexpr auto zero = Rounding::toward_zero;

struct Case {
    const FloatSpec& spec;
    slow::Layout layout;
    const char* name;
};
const Case cases[] = {{fp32_spec, slow::fp32_layout, "fp32"},
                      {bf16_spec, slow::bf16_layout, "bf16"},
                      {fp16_spec, slow::fp16_layout, "fp16"}};

// Bits below the result's last place; negative where the significand has room to spare.
int drop_of(const slow::Layout& layout, uint64_t significand, int lsb_exponent) {
    const int lowest = 1 - layout.bias;
    return std::max(lsb_exponent + static_cast<int>(std::bit_width(significand)) - 1, lowest) -
           layout.fraction_bits - lsb_exponent;
}

// Compares one magnitude in both roundings, without sticky and, where sticky has a meaning, with
// it.
void check(const Case& c, uint64_t significand, int lsb_exponent) {
    using slow::Exact;
    const Exact value = slow::scaled(significand, lsb_exponent);
    const auto context = [&] {
        return std::string(c.name) + " " + hex(significand) + " * 2^" +
               std::to_string(lsb_exponent);
    };
    for (Rounding rounding : {nearest, zero}) {
        const bool to_zero = rounding == zero;
        ASSERT_EQ(round_magnitude(c.spec, significand, lsb_exponent, false, rounding),
                  slow::code_of_value(c.layout, value, to_zero))
            << context() << " " << to_zero;
        if (drop_of(c.layout, significand, lsb_exponent) < 1) continue;
        for (int quarters : {1, 3}) { // anywhere between two units is the same
            const Exact between = value + slow::scaled(quarters, lsb_exponent - 2);
            ASSERT_EQ(round_magnitude(c.spec, significand, lsb_exponent, true, rounding),
                      slow::code_of_value(c.layout, between, to_zero))
                << context() << " sticky " << to_zero;
        }
    }
}

TEST(RoundMagnitude, EveryDropDistanceAndWidth) {
    test::Rng rng(2);
    for (const Case& c : cases)
        for (int drop = -30; drop <= 70; ++drop) {
            const int lsb_exponent = 1 - c.layout.bias - c.layout.fraction_bits -
                                     drop; // a subnormal drops exactly this many bits
            for (int width = 1; width <= 64; ++width) {
                const uint64_t top = uint64_t{1} << (width - 1), below = top - 1;
                for (uint64_t significand : {top, top | below, top | (below & 1), top | below >> 1,
                                             top | (rng.bits() & below)})
                    check(c, significand, lsb_exponent);
                if (HasFatalFailure()) return;
            }
        }
}

// Ties and their neighbors at every drop distance a normal result can have, odd and even, with a
// carry out of the fraction.
TEST(RoundMagnitude, TiesOfNormalResults) {
    test::Rng rng(3);
    for (const Case& c : cases)
        for (int drop = 1; drop <= 63 - c.layout.fraction_bits; ++drop)
            for (int i = 0; i < 40; ++i) {
                const uint64_t hidden = uint64_t{1} << c.layout.fraction_bits;
                const uint64_t fraction = i == 0 ? hidden - 1 : i == 1 ? 0 : rng.bits() % hidden;
                const uint64_t tie = (hidden | fraction) << drop | uint64_t{1} << (drop - 1);
                const int msb_exponent = i % 4 == 0 ? 1 - c.layout.bias
                                         : i % 4 == 1
                                             ? c.layout.bias
                                             : rng.between(1 - c.layout.bias, c.layout.bias);
                for (uint64_t significand : {tie - 1, tie, tie + 1})
                    check(c, significand, msb_exponent - c.layout.fraction_bits - drop);
                if (HasFatalFailure()) return;
            }
}

TEST(RoundMagnitude, TiesOfSubnormalResults) {
    for (const Case& c : cases)
        for (int drop = 1; drop <= 62; ++drop)
            for (uint64_t kept : {0, 1, 2, 3, 6, 7}) {
                if (static_cast<int>(std::bit_width(kept)) + drop > 63) continue;
                const uint64_t tie = kept << drop | uint64_t{1} << (drop - 1);
                for (uint64_t significand : {tie - 1, tie, tie + 1})
                    if (significand != 0)
                        check(c, significand, 1 - c.layout.bias - c.layout.fraction_bits - drop);
                if (HasFatalFailure()) return;
            }
}

// Codes past the largest finite one come as they are: the caller decides what overflow means.
TEST(RoundMagnitude, PastTheLargestFiniteCode) {
    for (const Case& c : cases) {
        const int emax = c.layout.bias;
        const uint64_t all_ones = (uint64_t{2} << c.layout.fraction_bits) - 1;
        check(c, 1, emax + 1);
        check(c, 3, emax + 5);
        check(c, all_ones, emax - c.layout.fraction_bits); // the largest finite value
        check(c, 2 * all_ones + 1,
              emax - c.layout.fraction_bits - 1); // half a unit above: a tie away from it
        EXPECT_EQ(round_magnitude(c.spec, 1, emax + 1, false, zero), c.spec.infinity_code())
            << c.name;
    }
}

TEST(RoundMagnitude, ZeroIsCodeZero) {
    for (const Case& c : cases)
        for (int lsb_exponent : {-300, -149, 0, 100})
            EXPECT_EQ(round_magnitude(c.spec, 0, lsb_exponent, false, nearest), 0u);
}

TEST(RoundFp32, OverflowIsInfinityInBothRoundings) {
    for (bool negative : {false, true}) {
        const uint32_t sign = negative ? 0x80000000u : 0;
        for (Rounding rounding : {nearest, zero}) {
            EXPECT_EQ(round_fp32(negative, 1, 128, false, rounding).bits, sign | 0x7F800000u);
            EXPECT_EQ(round_fp32(negative, ~uint64_t{0}, 100, true, rounding).bits,
                      sign | 0x7F800000u);
            EXPECT_EQ(round_fp32(negative, 0xFFFFFF, 104, false, rounding).bits,
                      sign | 0x7F7FFFFFu);
            EXPECT_EQ(round_fp32(negative, 0x1FFFFFE, 103, true, rounding).bits,
                      sign | 0x7F7FFFFFu);
        }
        // From half a unit above the largest finite number on, nearest overflows; toward zero stays
        // finite until 2^128.
        EXPECT_EQ(round_fp32(negative, 0x1FFFFFF, 103, false, nearest).bits, sign | 0x7F800000u);
        EXPECT_EQ(round_fp32(negative, 0x1FFFFFF, 103, true, zero).bits, sign | 0x7F7FFFFFu);
        EXPECT_EQ(round_fp32(negative, ~uint64_t{0}, 64, true, zero).bits, sign | 0x7F7FFFFFu);
        EXPECT_EQ(round_fp32(negative, uint64_t{1} << 63, 65, false, zero).bits,
                  sign | 0x7F800000u);
    }
}

TEST(RoundFp32, AZeroResultIsPlusZero) {
    EXPECT_EQ(round_fp32(true, 0, 0, false, nearest).bits, 0u);
    EXPECT_EQ(round_fp32(true, 1, -150, false, nearest).bits,
              0u); // a tie between zero and the smallest subnormal
    EXPECT_EQ(round_fp32(true, 1, -150, true, nearest).bits, 0x80000001u);
    EXPECT_EQ(round_fp32(true, 1, -150, true, zero).bits, 0u);
    EXPECT_EQ(round_fp32(true, ~uint64_t{0}, -149 - 64, true, zero).bits, 0u);
}

TEST(RoundFp32, EqualsTheNativeConversionFromBinary64) {
    test::Rng rng(4);
    for (int i = 0; i < 300000; ++i) {
        const uint64_t significand = rng.bits() >> rng.between(11, 63);
        const int lsb_exponent = rng.between(-210, 90);
        const auto native =
            static_cast<float>(std::ldexp(static_cast<double>(significand), lsb_exponent));
        ASSERT_EQ(round_fp32(false, significand, lsb_exponent, false, nearest).bits,
                  std::bit_cast<uint32_t>(native))
            << hex(significand) << " " << lsb_exponent;
    }
}

TEST(RoundFp32, EveryExponentOfBothRoundingsAgainstTheTwin) {
    test::Rng rng(5);
    for (int lsb_exponent = -215; lsb_exponent <= 130; ++lsb_exponent)
        for (int i = 0; i < 60; ++i) {
            const uint64_t significand = rng.bits() >> rng.below(64);
            for (bool to_zero : {false, true}) {
                const bool negative = rng.one_in(2);
                const slow::Exact magnitude = slow::scaled(significand, lsb_exponent);
                ASSERT_EQ(
                    round_fp32(negative, significand, lsb_exponent, false, to_zero ? zero : nearest)
                        .bits,
                    slow::bits_of_value(slow::fp32_layout,
                                        negative ? slow::Exact(-magnitude) : magnitude, to_zero))
                    << hex(significand) << " * 2^" << lsb_exponent;
            }
        }
}

} // namespace
} // namespace fp4
