// razer-head, razer-fork and razer-rne beside razer-paper, and the larger E3M3 maximum.
#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "fp4/encode/encode.hpp"
#include "slow_encode.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr std::array variants{Encoder::razer_paper, Encoder::razer_head, Encoder::razer_fork,
                              Encoder::razer_rne};

std::string encoded(Encoder encoder, Format format, const Block& x, Specials specials = {},
                    float multiplier = 1, int e3m3_max = 28) {
    EncodedBlock block{};
    block.scale_byte =
        static_cast<uint8_t>(BlockEncoder(encoder, format, specials, e3m3_max)
                                 .encode_block(x, {.multiplier = {multiplier}}, block.codes));
    return text_of(block);
}

std::string activations(Encoder encoder, std::initializer_list<float> values, float rest) {
    return encoded(encoder, Format::razer_a, block_of(values, rest));
}

void expect_activation_rule(Encoder encoder, const Block& x, Specials specials, float multiplier) {
    const auto name = spec_of(encoder).name.substr(6); // behind "razer-"
    ASSERT_EQ(encoded(encoder, Format::razer_a, x, specials, multiplier),
              text_of(slow::encode_razer_a(x, multiplier, specials, name)))
        << name << ": " << values_of(x) << "S " << multiplier << " V1 " << int{specials.v1_halves};
}

// Scale 1; the elements behind the listed ones choose the special. With -5, +5 is a tie between 4
// (6) and 6 (7); with +5, -5 is.
TEST(EncodeRazerVariants, TiesOfActivations) {
    const auto with_minus_5 = {6.0f, .25f, -.25f, .75f, -.75f, 5.0f, 2.5f, -2.5f};
    EXPECT_EQ(activations(Encoder::razer_paper, with_minus_5, -5), "0xB8:7001964C88888888");
    EXPECT_EQ(activations(Encoder::razer_head, with_minus_5, -5), "0xB8:7192A75D88888888");
    EXPECT_EQ(activations(Encoder::razer_fork, with_minus_5, -5), "0xB8:7091A64D88888888");
    EXPECT_EQ(activations(Encoder::razer_rne, with_minus_5, -5), "0xB8:7002A64C88888888");
    EXPECT_EQ(activations(Encoder::razer_paper, {6, -5, 5}, 5).substr(0, 8), "0x38:7E8");
    EXPECT_EQ(activations(Encoder::razer_head, {6, -5, 5}, 5).substr(0, 8), "0x38:7F8");
    EXPECT_EQ(activations(Encoder::razer_fork, {6, -5, 5}, 5).substr(0, 8), "0x38:7F8");
    EXPECT_EQ(activations(Encoder::razer_rne, {6, -5, 5}, 5).substr(0, 8), "0x38:7E8");
}

TEST(EncodeRazerVariants, TheWindowIsClosedAndThereIsOneZero) {
    for (Encoder encoder : variants) {
        const auto name = spec_of(encoder).name;
        EXPECT_EQ(activations(encoder, {6, 4.5f, 5.5f, below(4.5f), above(5.5f), -0.0f, -.1f}, 5),
                  "0x38:7886700888888888")
            << name;
        EXPECT_EQ(
            activations(encoder, {6, -4.5f, -5.5f, above(-4.5f), below(-5.5f), -0.0f, -.1f}, -5),
            "0xB8:788EF00888888888")
            << name;
        EXPECT_EQ(activations(encoder, {0, -0.0f}, 0), "0x81:0000000000000000") << name;
        EXPECT_EQ(activations(encoder, {7 * 448, -7 * 448}, 0), "0xFE:7F00000000000000")
            << name; // clamped at 6
        EXPECT_EQ(activations(encoder, {6, 5, -5}, 0).substr(0, 6), "0xB8:7")
            << name; // a tie takes -5
    }
}

TEST(EncodeRazerVariants, DivisionsAreRoundedInTheWrittenOrder) {
    Rng rng(220);
    for (int i = 0; i < 10000; ++i) {
        const float multiplier = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 4)));
        const Block x = delicate_block(rng, scale_or_midpoint(rng, Format::razer_a), multiplier);
        for (Encoder encoder : variants) {
            expect_activation_rule(encoder, x, {static_cast<uint8_t>(rng.one_in(2) ? 10 : 9), 16},
                                   multiplier);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(EncodeRazerVariants, RandomActivations) {
    Rng rng(221);
    for (int i = 0; i < 15000; ++i) {
        const Specials specials{static_cast<uint8_t>(i % 2 ? 10 : rng.between(1, 31)), 16};
        const float multiplier = rng.one_in(3) ? 1.0f
                                 : rng.one_in(4)
                                     ? 0x1p-126f
                                     : std::fabs(std::bit_cast<float>(rng.fp32_bits(-4, 4)));
        const Block x = random_block(
            rng, std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12)) * multiplier);
        for (Encoder encoder : variants) {
            expect_activation_rule(encoder, x, specials, multiplier);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(EncodeRazerVariants, BoundariesOfActivations) {
    for (Encoder encoder : variants)
        for (int v : {5, 7, 9, 10, 11, 14})
            for (float sign : {1.0f, -1.0f})
                for (const Block& y : boundary_blocks(6, sign * static_cast<float>(v) / 2)) {
                    Block x = y;
                    for (float& value : x) value = std::clamp(value, -6.0f, 6.0f) * 0x1p-6f;
                    expect_activation_rule(encoder, x, {static_cast<uint8_t>(v), 16}, 1);
                    if (HasFatalFailure()) return;
                }
}

// Weights: razer-head is razer-paper; razer-rne breaks ties to the even code, and beside the
// special for the special.
TEST(EncodeRazerVariants, TiesOfWeights) {
    const auto weights = [](Encoder encoder, std::initializer_list<float> values, float rest) {
        return encoded(encoder, Format::razer_w, block_of(values, rest));
    };
    const auto with_plus_5 = {6.0f, 4.5f, 5.5f, .25f, -.25f, .75f, -.75f, 2.5f, -5.0f};
    EXPECT_EQ(weights(Encoder::razer_paper, with_plus_5, 5), "0x18:768091A4F8888888");
    EXPECT_EQ(weights(Encoder::razer_head, with_plus_5, 5), "0x18:768091A4F8888888");
    EXPECT_EQ(weights(Encoder::razer_rne, with_plus_5, 5), "0x18:788002A4E8888888");
    const auto with_minus_5 = {6.0f, -4.5f, -5.5f, above(-4.5f), below(-5.5f), 5.0f, -0.0f};
    EXPECT_EQ(weights(Encoder::razer_paper, with_minus_5, -5), "0x98:78FEF60888888888");
    EXPECT_EQ(weights(Encoder::razer_rne, with_minus_5, -5), "0x98:788EF60888888888");
    for (Encoder encoder : {Encoder::razer_paper, Encoder::razer_head, Encoder::razer_rne})
        EXPECT_EQ(weights(encoder, {-0.0f}, 0), "0x1:0000000000000000");
}

TEST(EncodeRazerVariants, RandomWeights) {
    Rng rng(222);
    for (int i = 0; i < 12000; ++i) {
        Specials specials{10, static_cast<uint8_t>(rng.between(14, 18))};
        if (i % 2)
            specials = {static_cast<uint8_t>(rng.between(1, 31)),
                        static_cast<uint8_t>(rng.between(1, 31))};
        const float multiplier = std::fabs(std::bit_cast<float>(rng.fp32_bits(-4, 4)));
        const Block x =
            rng.one_in(2) ? delicate_block(rng, scale_or_midpoint(rng, Format::razer_w), multiplier)
                          : random_block(rng, std::ldexp(1.0f + std::fabs(rng.uniform(1)),
                                                         rng.between(-7, 8)) *
                                                  multiplier);
        for (int e3m3_max : {28, 30}) {
            const auto paper =
                text_of(slow::encode_razer_w(x, multiplier, specials, false, e3m3_max));
            ASSERT_EQ(
                encoded(Encoder::razer_paper, Format::razer_w, x, specials, multiplier, e3m3_max),
                paper)
                << values_of(x);
            ASSERT_EQ(
                encoded(Encoder::razer_head, Format::razer_w, x, specials, multiplier, e3m3_max),
                paper)
                << values_of(x);
            ASSERT_EQ(
                encoded(Encoder::razer_rne, Format::razer_w, x, specials, multiplier, e3m3_max),
                text_of(slow::encode_razer_w(x, multiplier, specials, true, e3m3_max)))
                << values_of(x);
        }
    }
}

TEST(EncodeRazerVariants, BoundariesOfWeightsUnderRne) {
    for (int v : {5, 7, 9, 10, 13, 14, 16, 18})
        for (int candidate = 0; candidate < 4; ++candidate) {
            const auto v_halves = static_cast<uint8_t>(v);
            const Specials specials =
                candidate < 2 ? Specials{v_halves, 12} : Specials{12, v_halves};
            const float special = static_cast<float>(candidate % 2 ? -v : v) / 2,
                        largest = std::max(6.0f, std::fabs(special));
            for (const Block& y : boundary_blocks(std::copysign(largest, special), special)) {
                Block x = y;
                for (float& value : x) value = std::clamp(value, -largest, largest);
                ASSERT_EQ(encoded(Encoder::razer_rne, Format::razer_w, x, specials),
                          text_of(slow::encode_razer_w(x, 1, specials, true)))
                    << values_of(x);
            }
        }
}

TEST(EncodeRazerVariants, TheLargestE3m3Scale) {
    const auto scale_byte = [](float scale, int e3m3_max) {
        return encoded(Encoder::razer_paper, Format::razer_w, block_of({6 * scale}, 0), {12, 12}, 1,
                       e3m3_max)
            .substr(0, 4);
    };
    EXPECT_EQ(scale_byte(29, 28), "0x3E");
    EXPECT_EQ(scale_byte(29, 30), "0x3E"); // a tie, to the even mantissa
    EXPECT_EQ(scale_byte(above(29), 30), "0x3F");
    EXPECT_EQ(scale_byte(40, 30), "0x3F");
    EXPECT_EQ(scale_byte(40, 28), "0x3E");
    const std::vector<float> x(16, 360.0f);
    EXPECT_EQ(
        encode(x, 1, 16, {.format = Format::razer_w, .e3m3_max = 30}, "w")->tensor_scale.to_float(),
        2.0f); // 360 / 180
    EXPECT_EQ(
        encode(x, 1, 16, {.format = Format::razer_w, .specials = {12, 12}, .e3m3_max = 30}, "w")
            ->scales[0],
        0x3F);
    EXPECT_EQ(
        encode(x, 1, 16, {.format = Format::razer_a, .e3m3_max = 30}, "w")->tensor_scale.to_float(),
        360.0f / 2688.0f);
}

// Under a given tensor scale x/S may overflow; the first candidate stays then, and the block
// saturates.
TEST(EncodeRazerVariants, AGivenTensorScaleThatIsFarTooSmall) {
    for (Encoder encoder : {Encoder::razer_paper, Encoder::razer_rne})
        EXPECT_EQ(encoded(encoder, Format::razer_w, block_of({1e30f, -1e30f}, 0), {}, 0x1p-126f),
                  "0x3E:7F00000000000000");
    for (Encoder encoder : variants)
        EXPECT_EQ(encoded(encoder, Format::razer_a, block_of({1e30f, -1e30f}, 0), {}, 0x1p-126f),
                  "0xFE:7F00000000000000");
}

} // namespace
} // namespace fp4
