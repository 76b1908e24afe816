#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "slow_encode.hpp"

namespace fp4 {
namespace {

using namespace test;

EncodedBlock encode_block(const Block& x, int v1_halves = 10, float tensor_scale = 1) {
    return encode_block_razer_a(Encoder::razer_paper, x, tensor_scale,
                                {static_cast<uint8_t>(v1_halves), 16});
}

void expect_rule(const Block& x, int v1_halves, float tensor_scale) {
    ASSERT_EQ(text_of(encode_block(x, v1_halves, tensor_scale)),
              text_of(slow::encode_razer_a(x, tensor_scale, {static_cast<uint8_t>(v1_halves), 16})))
        << values_of(x) << "S " << tensor_scale << " V1 " << v1_halves;
}

// Scale 1 is payload 0x38; the elements behind the listed ones decide the sign of the special.
TEST(EncodeRazerA, TiesGoTowardZeroAndTheWindowIsClosed) {
    EXPECT_EQ(text_of(encode_block(block_of({6, .25f, -.25f, .75f, 4.5f, 5.5f}, 5))),
              "0x38:7001888888888888");
    EXPECT_EQ(text_of(encode_block(block_of(
                  {6, above(.25f), below(-.25f), above(.75f), below(4.5f), above(5.5f)}, 5))),
              "0x38:7192678888888888");
    EXPECT_EQ(text_of(encode_block(
                  block_of({6, -4.5f, -5.5f, above(-4.5f), below(-5.5f), 4.5f, 5.5f}, -5))),
              "0xB8:788EF67888888888");
}

TEST(EncodeRazerA, ATieBetweenTheSignsTakesTheNegativeSpecial) {
    EXPECT_EQ(text_of(encode_block(block_of({6, 5, -5}, 0))), "0xB8:7680000000000000");
    EXPECT_EQ(text_of(encode_block(block_of({6, -5, 5}, 0))), "0xB8:7860000000000000");
    EXPECT_EQ(encode_block(block_of({6, 5, -5, above(4.5f)}, 0)).scale_byte, 0x38);
    EXPECT_EQ(encode_block(block_of({6, 5, -5, below(-4.5f)}, 0)).scale_byte, 0xB8);
}

TEST(EncodeRazerA, ZeroBlockAndZerosOfEitherSign) {
    EXPECT_EQ(text_of(encode_block(block_of({0.0f, -0.0f}, 0))), "0x81:0000000000000000");
    EXPECT_EQ(text_of(encode_block(block_of({-0.0f}, -0.0f))), "0x81:0000000000000000");
    EXPECT_EQ(first_codes(encode_block(block_of({6, -0.0f, -0x1p-140f, -.25f, -.2f}, 0)), 5),
              "70000");
}

TEST(EncodeRazerA, ScaleStaysBetweenPayload1And0x7E) {
    EXPECT_EQ(encode_block(block_of({0x1p-60f}, 0)).scale_byte, 0x81);
    for (float b : {6 * 448.0f, above(6 * 448.0f), 6 * 480.0f, 1e20f})
        EXPECT_EQ(encode_block(block_of({b}, 0)).scale_byte, 0xFE) << b;
}

TEST(EncodeRazerA, MagnitudesAbove6Saturate) {
    const auto block = encode_block(block_of({7 * 448, -7 * 448, 1e9f, -1e9f}, 0)); // scale 448
    EXPECT_EQ(text_of(block), "0xFE:7F7F000000000000");
}

TEST(EncodeRazerA, EveryScaleBoundary) {
    for (int payload = 0; payload < 0x7E; ++payload) {
        const auto midpoint = static_cast<float>((slow::scale_value(Format::razer_a, payload) +
                                                  slow::scale_value(Format::razer_a, payload + 1)) /
                                                 2);
        for (float b : {below(6 * midpoint), 6 * midpoint, above(6 * midpoint)})
            expect_rule(block_of({b, b * .8f, -b / 2}, 0), 10, 1);
        EXPECT_EQ(encode_block(block_of({6 * midpoint}, 0)).scale_byte & 0x7F,
                  std::max(payload + payload % 2, 1));
    }
}

// Every decision point, with the special of either sign selected, under every scale.
TEST(EncodeRazerA, EveryBoundaryUnderEveryScale) {
    for (int v : {5, 7, 9, 10, 11})
        for (float sign : {1.0f, -1.0f}) {
            const auto blocks = boundary_blocks(6, sign * static_cast<float>(v) / 2);
            for (int payload = 1; payload <= 0x7E; ++payload) {
                const auto scale = static_cast<float>(slow::scale_value(Format::razer_a, payload));
                for (const Block& y : blocks) {
                    Block x = times(y, scale);
                    for (float& value : x) value = std::clamp(value, -6 * scale, 6 * scale);
                    expect_rule(x, v, 1);
                    if (HasFatalFailure()) return;
                    ASSERT_EQ(encode_block(x, v).scale_byte, payload | (sign < 0 ? 0x80 : 0))
                        << v; // the data selects its special
                }
            }
        }
}

// A special beyond 6 does not extend the range, but elements left above 6 by the rounding of the
// scale can reach it.
TEST(EncodeRazerA, SpecialsBeyondTheRange) {
    for (int v : {13, 14, 16, 18, 31})
        for (float y :
             {6.0f, 6.2f, 6.25f, above(6.25f), 6.5f, 6.75f, 7.0f, 7.5f, 8.0f, 10.75f, 12.0f})
            for (float sign : {1.0f, -1.0f})
                expect_rule(
                    block_of({448 * 40, sign * 448 * y, -sign * 448 * y, sign * 448 * 6.6f}, 0), v,
                    1);
    EXPECT_EQ(
        first_codes(encode_block(block_of({448 * 7, 448 * 6.5f, 448 * below(6.5f)}, 0), 14), 3),
        "887");
}

TEST(EncodeRazerA, ASpecialThatE2m1HasIsNeverUsed) {
    Rng rng(70);
    for (int v : {1, 2, 3, 4, 6, 8, 12})
        for (int i = 0; i < 500; ++i) {
            const Block x = random_block(rng, 6);
            expect_rule(x, v, 1);
            const auto block = encode_block(x, v);
            EXPECT_EQ(std::count(block.codes.begin(), block.codes.end(), 8), 0);
            EXPECT_EQ(block.scale_byte & 0x80, 0x80);
            if (HasFailure()) return;
        }
}

TEST(EncodeRazerA, RandomBlocksSpecialsAndTensorScales) {
    Rng rng(71);
    int positive = 0;
    for (int i = 0; i < 40000; ++i) {
        const int v = i % 2 ? 10 : rng.between(1, 31);
        const float tensor_scale = rng.one_in(3) ? 1.0f
                                   : rng.one_in(4)
                                       ? 0x1p-126f
                                       : std::fabs(std::bit_cast<float>(rng.fp32_bits(-4, 4)));
        const Block x = random_block(
            rng, std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12)) * tensor_scale);
        expect_rule(x, v, tensor_scale);
        if (HasFatalFailure()) return;
        positive += encode_block(x, v, tensor_scale).scale_byte < 0x80;
    }
    EXPECT_GT(positive, 5000);
}

// Elements on a grid of 1/16 round the window: gains of both signs, and often equal ones.
TEST(EncodeRazerA, GainsThatNearlyCancel) {
    Rng rng(72);
    int ties = 0;
    for (int i = 0; i < 20000; ++i) {
        Block x = block_of({6}, 0);
        for (size_t j = 1; j < 7; ++j)
            x[j] = static_cast<float>(rng.between(4 * 16, 6 * 16)) / 16 *
                   (rng.one_in(2) ? 1.0f : -1.0f);
        expect_rule(x, 10, 1);
        expect_rule(x, rng.one_in(2) ? 9 : 11, 1);
        if (HasFatalFailure()) return;
        Block mirrored = x;
        for (float& value : mirrored) value = -value;
        ties += (encode_block(x).scale_byte & 0x80) && (encode_block(mirrored).scale_byte & 0x80);
    }
    EXPECT_GT(ties, 1000);
}

// The gains of a mirrored block cancel exactly, and no gain means the negative special.
TEST(EncodeRazerA, AMirroredBlockTakesTheNegativeSpecial) {
    Rng rng(73);
    for (int i = 0; i < 5000; ++i) {
        Block x = mirrored_block(rng, 6);
        x[0] = 6, x[15] = -6;
        for (int v : {7, 9, 10, 11}) {
            expect_rule(x, v, 1);
            ASSERT_EQ(encode_block(x, v).scale_byte, 0xB8);
        }
        if (HasFatalFailure()) return;
    }
}

TEST(EncodeRazerA, DivisionsAreRoundedInTheWrittenOrder) {
    Rng rng(74);
    for (int i = 0; i < 15000; ++i) {
        const float tensor_scale = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 4)));
        expect_rule(delicate_block(rng, scale_or_midpoint(rng, Format::razer_a), tensor_scale),
                    rng.one_in(2) ? 10 : 9, tensor_scale);
        if (HasFatalFailure()) return;
    }
}

} // namespace
} // namespace fp4
