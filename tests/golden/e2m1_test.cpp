#include "fp4/e2m1.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace fp4 {
namespace {

constexpr double table_of_the_format[16] = {0, .5, 1, 1.5, 2, 3, 4, 6, -0.0, -.5, -1, -1.5, -2, -3, -4, -6};

double value_from_fields(int code) {
    const int sign = code / 8, exponent = code / 2 % 4, fraction = code % 2;
    const double magnitude = exponent == 0 ? std::ldexp(fraction, -1) : std::ldexp(2 + fraction, exponent - 2);
    return sign ? -magnitude : magnitude;
}

TEST(E2m1, EveryCodeIsTheValueOfItsFields) {
    for (uint8_t code = 0; code < 16; ++code) EXPECT_EQ(e2m1_halves({code}), 2 * value_from_fields(code)) << int{code};
}

TEST(E2m1, EveryCodeIsTheValueOfThePrintedTable) {
    for (uint8_t code = 0; code < 16; ++code) EXPECT_EQ(e2m1_halves({code}), 2 * table_of_the_format[code]) << int{code};
}

TEST(E2m1, LookupTableEqualsTheFunction) {
    for (uint8_t code = 0; code < 16; ++code) EXPECT_EQ(e2m1_halves_table[code], e2m1_halves({code})) << int{code};
}

TEST(E2m1, FifteenDistinctValuesAndOneSpareZero) {
    const std::set<int> values(e2m1_halves_table.begin(), e2m1_halves_table.end());
    EXPECT_EQ(values.size(), 15u);
    EXPECT_EQ(e2m1_halves({e2m1_negative_zero}), 0);
    EXPECT_EQ(e2m1_negative_zero, 8);
}

TEST(E2m1, NamedLimits) {
    EXPECT_EQ(e2m1_max_halves, 12);
    EXPECT_EQ(e2m1_halves({e2m1_max_magnitude_code}), e2m1_max_halves);
    EXPECT_EQ(e2m1_halves({e2m1_max_magnitude_code | e2m1_sign_bit}), -e2m1_max_halves);
}

// The layout row is what the element encoder rounds with.
TEST(E2m1, LayoutRowRoundsEveryValueToItsOwnCode) {
    for (uint8_t code = 0; code < 8; ++code) EXPECT_EQ(round_magnitude(e2m1_spec, static_cast<uint64_t>(e2m1_halves({code})), -1, false, Rounding::nearest_even), code);
}

TEST(E2m1, LayoutRowTiesGoToTheEvenCode) {
    // 0.25 0.75 1.25 1.75 2.5 3.5 5 in quarter-units, and the codes they round to; one unit of 2^-26 beside each there is no tie.
    constexpr uint64_t tie_quarters[7] = {1, 3, 5, 7, 10, 14, 20};
    constexpr uint64_t code[7] = {0, 2, 2, 4, 4, 6, 6};
    for (size_t i = 0; i < 7; ++i) {
        const uint64_t tie = tie_quarters[i] << 24;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie, -26, false, Rounding::nearest_even), code[i]) << i;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie - 1, -26, false, Rounding::nearest_even), i) << i;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie + 1, -26, false, Rounding::nearest_even), i + 1) << i;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie, -26, true, Rounding::nearest_even), i + 1) << i;
    }
}

} // namespace
} // namespace fp4
