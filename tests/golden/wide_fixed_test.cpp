#include "fp4/arithmetic/wide_fixed.hpp"

#include <gtest/gtest.h>

#include "operands.hpp"
#include "slow_twin.hpp"

namespace fp4 {
namespace {

using slow::Exact;
using test::hex;

constexpr auto nearest = Rounding::nearest_even;
constexpr auto zero = Rounding::toward_zero;

// A register beside the exact value it must hold.
template <int Limbs, int LsbExponent>
struct Pair {
    WideFixed<Limbs, LsbExponent> reg{};
    Exact value = 0;

    void add(int64_t n, int exponent) {
        reg.add(n, exponent);
        value += slow::scaled(n, exponent);
    }
    void expect_equal() const {
        ASSERT_EQ(reg.sign(), value < 0 ? -1 : value > 0 ? 1 : 0) << value;
        for (Rounding rounding : {nearest, zero})
            ASSERT_EQ(hex(reg.round(rounding).bits),
                      hex(slow::bits_of_value(slow::fp32_layout, value, rounding == zero)))
                << value;
    }
};

TEST(WideFixed, StartsAsPlusZero) {
    EXPECT_EQ((WideFixed<9, -262>{}.round(nearest).bits), 0u);
    EXPECT_EQ((WideFixed<2, 0>{}.round(zero).bits), 0u);
}

// One bit at every place of the register, both signs: also the places where an addend straddles two
// limbs.
TEST(WideFixed, OneAddendAtEveryPlace) {
    for (int place = 0; place < 9 * 64 - 64; ++place)
        for (int64_t n : {int64_t{1}, int64_t{-1}, int64_t{0x1234567}, int64_t{-0x1234567},
                          INT64_MAX, INT64_MIN}) {
            Pair<9, -262> pair;
            pair.add(n, place - 262);
            pair.expect_equal();
            if (HasFatalFailure()) return;
        }
}

// -1 at the bottom sets every limb, +1 carries through all of them.
TEST(WideFixed, CarriesAndBorrowsCrossEveryLimb) {
    for (int place = 1; place < 500; ++place) {
        Pair<9, -262> pair;
        pair.add(1, place - 262);
        pair.add(-1, -262);
        pair.expect_equal(); // 2^place - 1
        pair.add(1, -262);
        pair.expect_equal();
        pair.add(-1, place - 262);
        EXPECT_EQ(pair.reg.round(nearest).bits, 0u);
        pair.add(-1, -262);
        pair.expect_equal(); // every bit of the register is set
        if (HasFatalFailure()) return;
    }
}

// A tie whose only sticky bit lies at any place below it, in the window's own limb or limbs away,
// above or below the tie.
TEST(WideFixed, AStickyBitAtAnyPlaceDecidesATie) {
    for (int top = 40; top < 500; ++top)
        for (int place :
             {0, 1, 31, 62, 63, 64, 65, 127, 128, 191, 192, top / 2, top - 30, top - 26}) {
            if (place >= top - 24) continue;
            for (int64_t sign : {1, -1})
                for (int64_t sticky : {1, -1}) {
                    Pair<9, -262> pair;
                    pair.add(sign * 0x1000001,
                             top - 24 - 262); // 24 significant bits and one more: a tie
                    pair.add(sign * sticky, place - 262);
                    pair.expect_equal();
                    if (HasFatalFailure()) return;
                }
        }
}

TEST(WideFixed, RandomSumsOfEveryDistance) {
    test::Rng rng(60);
    for (int i = 0; i < 6000; ++i) {
        Pair<9, -262> pair;
        const int center = rng.between(-262, 220);
        for (int j = rng.between(1, 6); j > 0; --j) {
            const auto n = static_cast<int64_t>(rng.bits()) >> rng.below(63);
            pair.add(n, rng.one_in(3) ? rng.between(-262, 220)
                                      : std::clamp(center + rng.between(-40, 40), -262, 220));
        }
        pair.expect_equal();
        if (HasFatalFailure()) return;
    }
}

TEST(WideFixed, TheEndsOfBinary32) {
    Pair<9, -262> largest;
    largest.add(0xFFFFFF, 104);
    EXPECT_EQ(largest.reg.round(nearest).bits, 0x7F7FFFFFu);
    largest.add(1, 102);
    EXPECT_EQ(largest.reg.round(nearest).bits, 0x7F7FFFFFu);
    largest.add(1, 102); // half a unit: a tie, and the neighbor is even
    EXPECT_EQ(largest.reg.round(nearest).bits, 0x7F800000u);
    EXPECT_EQ(largest.reg.round(zero).bits, 0x7F7FFFFFu);
    largest.add(-1, -262);
    EXPECT_EQ(largest.reg.round(nearest).bits, 0x7F7FFFFFu);

    Pair<9, -262> smallest;
    smallest.add(-1, -150);
    EXPECT_EQ(smallest.reg.round(nearest).bits,
              0u); // a tie between -0 and the smallest subnormal is +0
    smallest.add(-1, -262);
    EXPECT_EQ(smallest.reg.round(nearest).bits, 0x80000001u);
    EXPECT_EQ(smallest.reg.round(zero).bits, 0u);
}

// A tie of the quotient that only the remainder breaks: the rest is worth the register's lowest
// bit.
template <int Limbs, int LsbExponent>
void expect_ties_broken(std::initializer_list<int> shifts) {
    for (const uint32_t divisor : {3u, 7u, 49u, 4294967295u})
        for (const int shift : shifts)
            for (const int64_t rest : {-1, 0, 1}) {
                Pair<Limbs, LsbExponent> pair;
                for (const int part : {0, 16}) // divisor * (2^24 + 1), by halves of the divisor
                    pair.add(int64_t{(1 << 24) + 1} * (divisor >> part & 0xFFFF), shift + part);
                pair.add(rest, LsbExponent);
                for (Rounding rounding : {nearest, zero})
                    ASSERT_EQ(hex(pair.reg.round(rounding, divisor).bits),
                              hex(slow::bits_of_value(slow::fp32_layout, pair.value / divisor,
                                                      rounding == zero)))
                        << divisor << " " << shift << " " << rest;
            }
}

TEST(WideFixed, ARemainderBreaksTies) {
    expect_ties_broken<2, 0>({0, 20}); // in one limb
    expect_ties_broken<10, -272>({-100, 0, 20, 80});
}

TEST(WideFixed, QuotientsOfRandomSums) {
    test::Rng rng(45);
    for (int round = 0; round < 3000; ++round) {
        Pair<10, -272> pair;
        for (int i = rng.between(1, 6); i > 0; --i)
            pair.add(static_cast<int64_t>(rng.bits()), rng.between(-272, 200));
        const uint32_t divisor =
            round % 3 ? static_cast<uint32_t>(rng.between(1, 100)) : rng.fp32_bits() | 1;
        for (Rounding rounding : {nearest, zero})
            ASSERT_EQ(
                hex(pair.reg.round(rounding, divisor).bits),
                hex(slow::bits_of_value(slow::fp32_layout, pair.value / divisor, rounding == zero)))
                << pair.value << " / " << divisor;
    }
}

} // namespace
} // namespace fp4
