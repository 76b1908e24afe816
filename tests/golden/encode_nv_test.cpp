#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "slow_nvfp4.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr auto nvfp4 = Format::nvfp4;

EncodedBlock encode_block_nv(const Block& x, float tensor_scale) {
    return encode_block_nvfp4(Encoder::nv, nvfp4, x, {.multiplier = {tensor_scale}});
}

void expect_rule(const Block& x, float tensor_scale) {
    ASSERT_EQ(text_of(encode_block_nv(x, tensor_scale)),
              text_of(slow::encode_public("nv", x, tensor_scale, 0)))
        << values_of(x) << "S " << tensor_scale;
}

float scale_of(int payload) { return static_cast<float>(slow::scale_value(nvfp4, payload)); }

TEST(EncodeNv, TiesGoToTheEvenCode) {
    EXPECT_EQ(
        text_of(encode_block_nv(block_of({6, .25f, .75f, 1.25f, 1.75f, 2.5f, 3.5f, 5}, 0), 1)),
        "0x38:7022446600000000");
    const auto plus_ulp = block_of({6, above(.25f), above(.75f), above(1.25f), above(1.75f),
                                    above(2.5f), above(3.5f), above(5)},
                                   0);
    EXPECT_EQ(text_of(encode_block_nv(plus_ulp, 1)), "0x38:7123456700000000");
    const auto minus_ulp = block_of({6, below(.25f), below(.75f), below(1.25f), below(1.75f),
                                     below(2.5f), below(3.5f), below(5)},
                                    0);
    EXPECT_EQ(text_of(encode_block_nv(minus_ulp, 1)), "0x38:7012345600000000");
}

TEST(EncodeNv, SignsOfZeroAndSaturation) {
    EXPECT_EQ(first_codes(encode_block_nv(block_of({-0.0f, -.25f, 6, 0, -.1f, -6}, 0), 1), 6),
              "88708F");
    // Under the largest scale 448: y = 6, 7, -7 and far beyond.
    EXPECT_EQ(first_codes(
                  encode_block_nv(block_of({6 * 448, 7 * 448, -7 * 448, 1e30f, -1e30f}, 0), 1), 5),
              "77F7F");
}

TEST(EncodeNv, EveryBoundaryUnderEveryScale) {
    for (int payload = 1; payload <= 0x7E; ++payload)
        for (float tensor_scale : {1.0f, 0x1p-20f, 0x1p40f})
            for (const Block& y : boundary_blocks(6, 0)) {
                Block x = times(y, scale_of(payload) * tensor_scale);
                for (size_t i = 1; i < 16; ++i) x[i] = std::clamp(x[i], -x[0], x[0]);
                ASSERT_EQ(encode_block_nv(x, tensor_scale).scale_byte, payload);
                expect_rule(x, tensor_scale);
                if (HasFatalFailure()) return;
            }
}

// b/6 halfway between two scales goes to the even one, and one float beside it to the nearest.
TEST(EncodeNv, EveryScaleBoundary) {
    for (int payload = 0; payload < 0x7E; ++payload) {
        const float midpoint = (scale_of(payload) + scale_of(payload + 1)) / 2;
        for (float b : {below(6 * midpoint), 6 * midpoint, above(6 * midpoint)})
            for (float sign : {1.0f, -1.0f}) expect_rule(block_of({sign * b, b / 2, -b / 5}, 0), 1);
        EXPECT_EQ(encode_block_nv(block_of({6 * midpoint}, 0), 1).scale_byte,
                  payload + payload % 2);
    }
}

TEST(EncodeNv, ScaleSaturates) {
    for (float b : {6 * 464.0f, 6 * 480.0f, 1e10f, 3e38f})
        EXPECT_EQ(encode_block_nv(block_of({b}, 0), 1).scale_byte, 0x7E) << b;
    EXPECT_EQ(encode_block_nv(block_of({1.0f}, 0), 0x1p-126f).scale_byte, 0x7E);
    EXPECT_EQ(encode_block_nv(block_of({above(6 * 448.0f)}, 0), 1).scale_byte, 0x7E);
}

TEST(EncodeNv, ABlockWhoseScaleIsZeroKeepsSignsOnly) {
    EXPECT_EQ(text_of(encode_block_nv(block_of({0.0f, -0.0f}, 0), 1)), "0x0:0800000000000000");
    EXPECT_EQ(
        text_of(encode_block_nv(block_of({6 * 0x1p-10f, -6 * 0x1p-10f, -0x1p-100f}, -0.0f), 1)),
        "0x0:0888888888888888");
    EXPECT_EQ(encode_block_nv(block_of({above(6 * 0x1p-10f)}, 0), 1).scale_byte, 0x01);
}

TEST(EncodeNv, RandomBlocksAndTensorScales) {
    Rng rng(50);
    for (int i = 0; i < 30000; ++i) {
        const float size = std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12));
        const float tensor_scale =
            rng.one_in(3) ? 1.0f : std::fabs(std::bit_cast<float>(rng.fp32_bits(-4, 4)));
        expect_rule(random_block(rng, size), tensor_scale);
        if (HasFatalFailure()) return;
    }
}

TEST(EncodeNv, TinyTensorScales) {
    Rng rng(51);
    for (int i = 0; i < 3000; ++i) {
        expect_rule(random_block(rng, std::ldexp(1.0f, rng.between(-149, -115))),
                    rng.one_in(2) ? 0x1p-126f : 0x1.8p-125f);
        if (HasFatalFailure()) return;
    }
}

TEST(EncodeNv, TensorScaleIsAmaxOver2688) {
    Rng rng(52);
    for (int i = 0; i < 1000; ++i) {
        const float amax = std::fabs(std::bit_cast<float>(rng.fp32_bits(-100, 127)));
        EXPECT_EQ(tensor_scale_for(nvfp4, amax), amax / 2688.0f);
    }
    EXPECT_EQ(tensor_scale_for(nvfp4, 0), 1.0f);
    for (float tiny : {0x1p-149f, 0x1p-126f, 2688 * 0x1p-127f})
        EXPECT_EQ(tensor_scale_for(nvfp4, tiny), 0x1p-126f) << tiny;
    EXPECT_EQ(tensor_scale_for(nvfp4, 2688 * 0x1p-126f), 0x1p-126f);
    EXPECT_EQ(tensor_scale_for(nvfp4, 2688 * 0x1p-125f), 0x1p-125f);
}

// The block that holds the tensor's amax: (A/6)/(A/2688) rounds to 448 or to a neighbor; all of
// them are 0x7E.
TEST(EncodeNv, ABlockScaleOneUlpAbove448IsTheLargest) {
    Rng rng(53);
    int above_448 = 0;
    for (int i = 0; i < 2000; ++i) {
        const float amax = 1 + std::fabs(rng.uniform(1)),
                    tensor_scale = tensor_scale_for(nvfp4, amax);
        above_448 += amax / 6.0f / tensor_scale == 448.00003f;
        ASSERT_EQ(encode_block_nv(block_of({amax}, 0), tensor_scale).scale_byte, 0x7E) << amax;
    }
    EXPECT_GT(above_448, 10);
}

TEST(EncodeNv, AnAllZeroTensorHasScaleOneAndZeroBlocks) {
    std::vector<float> x(32, 0.0f);
    x[3] = -0.0f;
    const auto tensor = encode(x, 1, 32, {}, "w");
    ASSERT_TRUE(tensor);
    EXPECT_EQ(tensor->tensor_scale.bits, 0x3F800000u);
    EXPECT_EQ(tensor->scales, (std::vector<uint8_t>{0, 0}));
    EXPECT_EQ(tensor->codes[1], 0x80);
    EXPECT_EQ(std::count(tensor->codes.begin(), tensor->codes.end(), 0), 15);
}

TEST(EncodeNv, DivisionsAreRoundedInTheWrittenOrder) {
    Rng rng(55);
    for (int i = 0; i < 15000; ++i) {
        const float tensor_scale = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 4)));
        expect_rule(delicate_block(rng, scale_or_midpoint(rng, nvfp4), tensor_scale), tensor_scale);
        if (HasFatalFailure()) return;
    }
}

} // namespace
} // namespace fp4
