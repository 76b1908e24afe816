#include "encode/e2m1_round.hpp"

#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "slow_encode.hpp"

namespace fp4 {
namespace {

using namespace test;

using Rule = E2m1 (*)(float);

std::string codes(Rule rule, std::initializer_list<float> values) {
    std::string text;
    for (float y : values) text += "0123456789ABCDEF"[rule(y).code];
    return text;
}

constexpr auto ties = {.25f, .75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
constexpr auto negative_ties = {-.25f, -.75f, -1.25f, -1.75f, -2.5f, -3.5f, -5.0f};

TEST(E2m1Round, TiesOfEachRule) {
    EXPECT_EQ(codes(encode_e2m1_rne, ties), "0224466");
    EXPECT_EQ(codes(encode_e2m1_rne, negative_ties), "8AACCEE");
    EXPECT_EQ(codes(encode_e2m1_rne_neg, ties), "0224466");
    EXPECT_EQ(codes(encode_e2m1_rne_neg, negative_ties), "8AACCEE");
    EXPECT_EQ(codes(encode_e2m1_floor_ties, ties), "0123456");
    EXPECT_EQ(codes(encode_e2m1_floor_ties, negative_ties), "9ABCDEF");
    EXPECT_EQ(codes(encode_e2m1_zero_ties, ties), "0123456");
    EXPECT_EQ(codes(encode_e2m1_zero_ties, negative_ties), "09ABCDE");
    EXPECT_EQ(codes(encode_e2m1_away_ties, ties), "1234567");
    EXPECT_EQ(codes(encode_e2m1_away_ties, negative_ties), "9ABCDEF");
}

TEST(E2m1Round, BesideATieEveryRuleIsTheNearest) {
    for (Rule rule : {encode_e2m1_rne, encode_e2m1_rne_neg, encode_e2m1_floor_ties,
                      encode_e2m1_zero_ties, encode_e2m1_away_ties}) {
        int code = 0;
        for (float tie : ties) {
            EXPECT_EQ(rule(below(tie)).code, code) << tie;
            EXPECT_EQ(rule(above(tie)).code, ++code) << tie;
            EXPECT_EQ(rule(-above(tie)).code, code + 8) << tie;
        }
    }
}

// 0, -0, a magnitude that rounds to zero, the largest value, beyond it.
TEST(E2m1Round, ZerosSaturationAndNan) {
    const auto values = {0.0f, -0.0f, .1f,    -.1f,     -0x1p-149f, 6.0f,
                         7.0f, 1e30f, -1e30f, INFINITY, -INFINITY};
    EXPECT_EQ(codes(encode_e2m1_rne, values), "08088777F7F");
    EXPECT_EQ(codes(encode_e2m1_rne_neg, values), "00088777F7F");
    for (Rule rule : {encode_e2m1_floor_ties, encode_e2m1_zero_ties, encode_e2m1_away_ties})
        EXPECT_EQ(codes(rule, values), "00000777F7F");
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (Rule rule : {encode_e2m1_rne, encode_e2m1_rne_neg, encode_e2m1_floor_ties,
                      encode_e2m1_zero_ties, encode_e2m1_away_ties})
        EXPECT_EQ(codes(rule, {nan, -nan}), "77");
}

TEST(E2m1Round, RandomValuesAgreeWithTheSlowTwin) {
    Rng rng(20);
    for (int i = 0; i < 300000; ++i) {
        const float y = i % 4 == 0 ? static_cast<float>(rng.between(-64, 64)) * 0.125f
                                   : std::bit_cast<float>(rng.fp32_bits(-8, 4));
        ASSERT_EQ(encode_e2m1_rne(y).code, slow::encode_rne(y)) << y;
        ASSERT_EQ(encode_e2m1_rne_neg(y).code, slow::encode_rne_neg(y)) << y;
        ASSERT_EQ(encode_e2m1_floor_ties(y).code, slow::nearest_in_codebook(y, 6)) << y;
        const auto with_one_zero = [&](slow::Tie tie) {
            const int magnitude = slow::nearest_magnitude(y, tie);
            return magnitude && y < 0 ? magnitude + 8 : magnitude;
        };
        ASSERT_EQ(encode_e2m1_zero_ties(y).code, with_one_zero(slow::Tie::lower_magnitude)) << y;
        ASSERT_EQ(encode_e2m1_away_ties(y).code, with_one_zero(slow::Tie::higher_magnitude)) << y;
    }
}

} // namespace
} // namespace fp4
