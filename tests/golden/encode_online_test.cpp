// The encoder `online`: blocks worked by hand, and the slow twin.
#include <gtest/gtest.h>

#include <cfloat>

#include "encode_blocks.hpp"
#include "slow_nvfp4.hpp"

namespace fp4 {
namespace {

using namespace test;

std::string encoded(Format format, const Block& x, float divisor = 1, int v1_halves = 10) {
    EncodedBlock block{};
    const Specials specials{static_cast<uint8_t>(v1_halves), 16};
    block.scale_byte = static_cast<uint8_t>(
        BlockEncoder(Encoder::online, format, specials)
            .encode_block(x, tensor_scale_of(Encoder::online, format, TensorDivisor{divisor}),
                          block.codes));
    return text_of(block);
}

void expect_rule(Format format, const Block& x, float divisor, int v1_halves = 10) {
    ASSERT_EQ(encoded(format, x, divisor, v1_halves),
              text_of(slow::encode_online(x, divisor, format, v1_halves)))
        << spec_of(format).name << " V1 " << v1_halves << " G " << std::hexfloat << divisor << ": "
        << values_of(x);
}

TEST(EncodeOnline, BoundariesOfCodes) {
    EXPECT_EQ(encoded(Format::nvfp4, block_of({6, .25f, .75f, 1.25f, 1.75f, 2.5f, 3.5f, 5}, 0)),
              "0x38:7022446600000000");
    EXPECT_EQ(encoded(Format::nvfp4,
                      block_of({-6, above(-.25f), above(-.75f), above(-1.25f), above(-1.75f),
                                above(-2.5f), above(-3.5f), above(-5), -0.0f},
                               0)),
              "0x38:F89ABCDE80000000");
    EXPECT_EQ(encoded(Format::nvfp4, block_of({6, above(.25f), above(.75f), above(1.25f),
                                               above(1.75f), above(2.5f), above(3.5f), above(5)},
                                              0)),
              "0x38:7123456700000000");
}

// b / 6 between two payloads: ties to even; below 2^-10 nothing is left, above 448 neither.
TEST(EncodeOnline, BoundariesOfScales) {
    const auto scale_byte = [](Format format, float b) {
        return encoded(format, block_of({b}, 0)).substr(0, 4);
    };
    EXPECT_EQ(scale_byte(Format::nvfp4, 6.375f), "0x38"); // 1.0625
    EXPECT_EQ(scale_byte(Format::nvfp4, above(6.375f)), "0x39");
    EXPECT_EQ(scale_byte(Format::nvfp4, 7.125f), "0x3A"); // 1.1875
    EXPECT_EQ(scale_byte(Format::nvfp4, below(7.125f)), "0x39");
    EXPECT_EQ(scale_byte(Format::nvfp4, 6 * 0x1p-10f), "0x0:");
    EXPECT_EQ(scale_byte(Format::nvfp4, above(6 * 0x1p-10f)), "0x1:");
    EXPECT_EQ(scale_byte(Format::razer_a, 6 * 0x1p-10f), "0x81");
    EXPECT_EQ(scale_byte(Format::nvfp4, 45 * 0x1p-9f), "0x8:"); // 7.5 steps
    EXPECT_EQ(scale_byte(Format::nvfp4, 1e30f), "0x7E");
}

TEST(EncodeOnline, ZerosAndVanishingBlocks) {
    EXPECT_EQ(encoded(Format::nvfp4, block_of({0x1p-20f, -0x1p-20f, -0.0f}, 0)),
              "0x0:0880000000000000");
    EXPECT_EQ(encoded(Format::razer_a, block_of({0x1p-20f, -0x1p-20f, -0.0f}, 0)),
              "0x81:0000000000000000");
    EXPECT_EQ(encoded(Format::razer_a, block_of({3 * 0x1p-10f, -3 * 0x1p-9f}, 0)),
              "0x81:3D00000000000000"); // 1.5 and 3 steps
}

TEST(EncodeOnline, SpecialsInAClosedWindow) {
    EXPECT_EQ(encoded(Format::razer_a,
                      block_of({6, 4.5f, 5.5f, below(4.5f), above(5.5f), -5, -0.0f, -.1f}, 5)),
              "0x38:78867E0088888888");
    EXPECT_EQ(
        encoded(Format::razer_a, block_of({6, -4.5f, -5.5f, above(-4.5f), below(-5.5f), 5}, -5)),
        "0xB8:788EF68888888888");
    EXPECT_EQ(encoded(Format::razer_a, block_of({6, 5, -5}, 0)), "0xB8:7680000000000000");
}

// What is below a quarter of a step does not count: at scale 1 that is 1/32. Both elements save the
// same, and a tie takes the negative special.
TEST(EncodeOnline, GainsAreCut) {
    EXPECT_EQ(encoded(Format::razer_a, block_of({6, 4.75f + 0x1.8p-6f, -4.75f}, 0)),
              "0xB8:7680000000000000");
    EXPECT_EQ(encoded(Format::razer_a, block_of({6, 4.75f + 0x1p-5f, -4.75f}, 0)),
              "0x38:78E0000000000000");
}

// An infinity counts as the largest float and a NaN as nothing. 228 * 2^-132 times the largest
// float is just below 14.25, six times the tie between 0x41 and 0x42.
TEST(EncodeOnline, NonfiniteElements) {
    EXPECT_EQ(encoded(Format::nvfp4, block_of({INFINITY, -INFINITY, NAN, -NAN, 0x1p127f}, 0),
                      228 * 0x1p-132f),
              "0x41:7F77500000000000");
    EXPECT_EQ(encoded(Format::razer_a, block_of({NAN, 6, 5}, 0)), "0x38:7780000000000000");
}

TEST(EncodeOnline, TheDivisorIsABfloat16) {
    const auto divisor = [](float amax) {
        return tensor_scale_of(Encoder::online, Format::nvfp4, amax).divisor.value;
    };
    EXPECT_EQ(divisor(896), 3.0f);
    EXPECT_EQ(divisor(0.3125f), 8576.0f); // 8601.6
    EXPECT_EQ(divisor(1e-37f), 0x1.FEp127f);
}

TEST(EncodeOnline, RandomBlocks) {
    Rng rng(830);
    for (int i = 0; i < 20000; ++i) {
        const Format format = i % 2 ? Format::nvfp4 : Format::razer_a;
        const float divisor = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 20)));
        const float size = std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12));
        expect_rule(format, random_block(rng, size / divisor), divisor,
                    i % 8 < 6 ? 10 : rng.between(1, 31));
        if (HasFatalFailure()) return;
    }
}

TEST(EncodeOnline, DelicateBlocks) {
    Rng rng(831);
    for (int i = 0; i < 20000; ++i) {
        const Format format = i % 2 ? Format::nvfp4 : Format::razer_a;
        float divisor = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 20)));
        if (i % 4 < 2) divisor = round_to_bf16(divisor);
        expect_rule(format,
                    delicate_block(rng, scale_or_midpoint(rng, Format::nvfp4), 1.0f / divisor),
                    divisor, i % 8 < 6 ? 10 : rng.between(1, 31));
        if (HasFatalFailure()) return;
    }
}

// Exact decision points: the divisor is a power of two.
TEST(EncodeOnline, BoundaryBlocks) {
    for (Format format : {Format::nvfp4, Format::razer_a})
        for (int v : {5, 7, 9, 10, 11, 14, 31})
            for (float divisor : {0x1p-120f, 1.0f, 0x1p8f, 0x1p126f})
                for (float sign : {1.0f, -1.0f})
                    for (const Block& y : boundary_blocks(6, sign * static_cast<float>(v) / 2)) {
                        expect_rule(format, times(y, 1 / divisor), divisor, v);
                        if (HasFatalFailure()) return;
                    }
}

TEST(EncodeOnline, ExtremeBlocks) {
    Rng rng(832);
    for (int i = 0; i < 10000; ++i) {
        const float divisor = std::fabs(std::bit_cast<float>(rng.fp32_bits(-126, 127)));
        Block x;
        const int top = std::clamp(8 - std::ilogb(divisor) + rng.between(-14, 6), -127, 127);
        for (float& value : x)
            value = std::bit_cast<float>(rng.fp32_bits(std::max(-127, top - 6), top));
        expect_rule(i % 2 ? Format::nvfp4 : Format::razer_a, x, divisor);
        if (HasFatalFailure()) return;
    }
}

} // namespace
} // namespace fp4
