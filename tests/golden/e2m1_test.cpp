#include "fp4/formats/e2m1.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "encode/e2m1_round.hpp"

namespace fp4 {
namespace {

constexpr double table_of_the_format[16] = {0,    .5,  1,  1.5,  2,  3,  4,  6,
                                            -0.0, -.5, -1, -1.5, -2, -3, -4, -6};

double value_from_fields(int code) {
    const int sign = code / 8, exponent = code / 2 % 4, fraction = code % 2;
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, -1) : std::ldexp(2 + fraction, exponent - 2);
    return sign ? -magnitude : magnitude;
}

TEST(E2m1, EveryCodeIsTheValueOfItsFields) {
    for (uint8_t code = 0; code < 16; ++code)
        EXPECT_EQ(e2m1_halves({code}), 2 * value_from_fields(code)) << int{code};
}

TEST(E2m1, EveryCodeIsTheValueOfThePrintedTable) {
    for (uint8_t code = 0; code < 16; ++code)
        EXPECT_EQ(e2m1_halves({code}), 2 * table_of_the_format[code]) << int{code};
}

TEST(E2m1, LookupTableEqualsTheFunction) {
    for (uint8_t code = 0; code < 16; ++code)
        EXPECT_EQ(e2m1_halves_table[code], e2m1_halves({code})) << int{code};
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
    for (uint8_t code = 0; code < 8; ++code)
        EXPECT_EQ(round_magnitude(e2m1_spec, static_cast<uint64_t>(e2m1_halves({code})), -1, false,
                                  Rounding::nearest_even),
                  code);
}

TEST(E2m1, LayoutRowTiesGoToTheEvenCode) {
    // 0.25 0.75 1.25 1.75 2.5 3.5 5 in quarter-units, and the codes they round to; one unit of
    // 2^-26 beside each there is no tie.
    constexpr uint64_t tie_quarters[7] = {1, 3, 5, 7, 10, 14, 20};
    constexpr uint64_t code[7] = {0, 2, 2, 4, 4, 6, 6};
    for (size_t i = 0; i < 7; ++i) {
        const uint64_t tie = tie_quarters[i] << 24;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie, -26, false, Rounding::nearest_even), code[i])
            << i;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie - 1, -26, false, Rounding::nearest_even), i) << i;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie + 1, -26, false, Rounding::nearest_even), i + 1)
            << i;
        EXPECT_EQ(round_magnitude(e2m1_spec, tie, -26, true, Rounding::nearest_even), i + 1) << i;
    }
}

TEST(E2m1Rne, TiesAndTheirNeighbors) {
    constexpr float ties[7] = {.25f, .75f, 1.25f, 1.75f, 2.5f, 3.5f, 5};
    constexpr uint8_t even[7] = {0, 2, 2, 4, 4, 6, 6};
    for (uint8_t i = 0; i < 7; ++i) {
        EXPECT_EQ(encode_e2m1_rne(ties[i]).code, even[i]) << ties[i];
        EXPECT_EQ(encode_e2m1_rne(-ties[i]).code, even[i] | 8) << ties[i];
        EXPECT_EQ(encode_e2m1_rne(std::nextafter(ties[i], 0.0f)).code, i) << ties[i];
        EXPECT_EQ(encode_e2m1_rne(std::nextafter(ties[i], 9.0f)).code, i + 1) << ties[i];
    }
}

TEST(E2m1Rne, ZerosKeepTheirSignAndLargeValuesSaturate) {
    for (float x : {0.0f, 0x1p-149f, 0.1f, .25f}) {
        EXPECT_EQ(encode_e2m1_rne(x).code, 0) << x;
        EXPECT_EQ(encode_e2m1_rne(-x).code, 8) << x;
    }
    for (float x : {6.0f, 6.5f, 7.0f, 8.0f, 12.0f, 1e30f, std::numeric_limits<float>::max(),
                    std::numeric_limits<float>::infinity()}) {
        EXPECT_EQ(encode_e2m1_rne(x).code, 7) << x;
        EXPECT_EQ(encode_e2m1_rne(-x).code, 15) << x;
    }
}

TEST(E2m1Rne, NanOfEitherSignIsSix) {
    for (uint32_t bits : {0x7F800001u, 0x7FFFFFFFu, 0xFF800001u, 0xFFC00000u})
        EXPECT_EQ(encode_e2m1_rne(Fp32{bits}.to_float()).code, 7);
}

} // namespace
} // namespace fp4
