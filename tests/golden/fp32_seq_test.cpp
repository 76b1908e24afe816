#include "arithmetic/fp32_seq.hpp"

#include <gtest/gtest.h>

#include "fp4/formats/decode.hpp"
#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"
#include "slow_dot.hpp"

namespace fp4 {
namespace {

using test::hex;

// A block's dot in quarter-units under scales of exponents a and b.
struct Block {
    int dot_quarters;
    int a_exponent, b_exponent;
};

Scale power(int exponent) {
    return block_scale(Format::mxfp4, static_cast<uint8_t>(exponent + 127));
}

uint32_t add(uint32_t accumulator, const std::vector<Block>& blocks) {
    uint32_t twin = accumulator;
    Fp32 d{accumulator};
    for (const auto& [dot, a, b] : blocks) {
        d = add_block_term(d, block_term(dot, power(a), power(b)));
        twin = slow::exact_sum({slow::term_of(dot, slow::scale_of(Format::mxfp4, a + 127),
                                              slow::scale_of(Format::mxfp4, b + 127))},
                               twin);
    }
    EXPECT_EQ(hex(d.bits), hex(twin));
    return d.bits;
}

float add_float(uint32_t accumulator, const std::vector<Block>& blocks) {
    return Fp32{add(accumulator, blocks)}.to_float();
}

TEST(Fp32Seq, AddsABlock) {
    EXPECT_EQ(add_float(0, {{4, 0, 0}}), 1.0f);
    EXPECT_EQ(add_float(0x3F800000, {{-2, 1, 2}}), -3.0f);
    EXPECT_EQ(add_float(0x3F800000, {{4, 0, 0}, {1, 0, 0}, {4608, 3, -1}}), 2.25f + 4608);
}

// One rounding each: 2^24 + 1 + 1 stays where 2^24 + 2 would not, and the order of the blocks
// shows.
TEST(Fp32Seq, RoundsAfterEveryBlock) {
    EXPECT_EQ(add(0x4B800000, {{4, 0, 0}, {4, 0, 0}}), 0x4B800000u);
    EXPECT_EQ(add(0x4B800000, {{8, 0, 0}}), 0x4B800001u);
    EXPECT_EQ(add(0, {{4, 0, 0}, {4, 0, 0}, {4, 12, 12}}), 0x4B800001u);
    EXPECT_EQ(add(0, {{4, 12, 12}, {4, 0, 0}, {4, 0, 0}}), 0x4B800000u);
}

// 3 * 2^-150 is a tie of subnormals and would be rounded to 2^-148 on its own; added to an odd
// 0x800001 * 2^-149 in one rounding it is a tie again.
TEST(Fp32Seq, AProductThatBinary32CannotHoldIsRoundedOnlyWithTheSum) {
    const Block product{3, -74, -74};
    EXPECT_EQ(add(0, {product}), 0x00000002u);
    EXPECT_EQ(add(0x00800001, {product}), 0x00800002u); // multiply, then add: 0x00800003
    EXPECT_EQ(add(0x80800001, {product}),
              0x80800000u); // -(0x800001 - 1.5) = -0x7FFFFF.8: a tie of subnormals
    EXPECT_EQ(add(0x00800000, {{1, -127, -127}}), 0x00800000u);
    EXPECT_EQ(add(0x80000001, {{1, -127, -127}}), 0x80000001u); // 2^-256 less
}

TEST(Fp32Seq, AProductBeyondBinary32ComesBackIntoItsRange) {
    EXPECT_EQ(add(0xFF000000, {{4, 64, 64}}),
              0x7F000000u); // 2^128 - 2^127; multiply, then add: infinity
    EXPECT_EQ(add(0x7F7FFFFF, {{-4, 64, 64}}), 0xF3800000u); // what is left is -2^104
}

TEST(Fp32Seq, OverflowIsInfiniteAndStays) {
    EXPECT_EQ(add(0x7F000000, {{4, 63, 64}}), 0x7F800000u);
    EXPECT_EQ(add(0x7F7FFFFF, {{4, 51, 52}}),
              0x7F800000u); // half a unit: a tie, the even neighbor is 2^128
    EXPECT_EQ(add(0x7F7FFFFF, {{4, 51, 51}}), 0x7F7FFFFFu);
    EXPECT_EQ(add(0, {{-4608, 127, 127}}), 0xFF800000u);
    // A block is finite, so an infinite accumulator meets no infinity of the other sign, however
    // large the block.
    EXPECT_EQ(add(0, {{4608, 127, 127}, {-4608, 127, 127}}), 0x7F800000u);
    EXPECT_EQ(add(0x7F800000, {{-4608, 127, 127}, {0, 0, 0}}), 0x7F800000u);
    EXPECT_EQ(add(0xFF800000, {{4608, 127, 127}}), 0xFF800000u);
}

TEST(Fp32Seq, ZeroIsPlusZero) {
    EXPECT_EQ(add(0x80000000, {{0, 0, 0}}), 0u);
    EXPECT_EQ(add(0x3F800000, {{-4, 0, 0}}), 0u);
    EXPECT_EQ(add(0, {{-1, -127, -127}}), 0u);
    EXPECT_EQ(add(0, {{-2, -74, -75}}), 0u);          // -2^-150: a tie with zero
    EXPECT_EQ(add(0, {{-3, -74, -75}}), 0x80000001u); // three quarters of the smallest subnormal
    EXPECT_EQ(add(0x80000001, {{0, 127, 127}}), 0x80000001u);
}

TEST(Fp32Seq, NanStays) {
    const Scale nan = block_scale(Format::mxfp4, 0xFF), one = power(0);
    for (uint32_t accumulator : {0u, 0x7F800000u, 0xFF800000u, 0x7F800001u, 0xFFC00000u}) {
        EXPECT_EQ(add_block_term({accumulator}, block_term(0, nan, one)).bits, 0x7FFFFFFFu);
        EXPECT_EQ(add_block_term({accumulator}, block_term(7, one, nan)).bits, 0x7FFFFFFFu);
    }
    for (uint32_t accumulator : {0x7F800001u, 0xFFC00000u})
        EXPECT_EQ(add(accumulator, {{4, 0, 0}}), 0x7FFFFFFFu);
}

// For UE4M3 and E3M3 a native multiply and a native add give the same bits, because the block value
// fits binary32.
TEST(Fp32Seq, NativeMultiplyThenAddAgreesForScalesWithFractions) {
    test::Rng rng(61);
    for (Format fa : test::formats_of_16)
        for (Format fb : test::formats_of_16)
            for (int i = 0; i < 300; ++i) {
                if (test::row_of(fa).units != 2 || test::row_of(fb).units != 2) continue;
                const auto a = test::random_tensor(rng, fa, {}, 1, 96),
                           b = test::random_tensor(rng, fb, {}, 1, 96);
                const uint32_t c = rng.fp32_bits(-20, 30);
                float accumulator = Fp32{c}.to_float();
                for (size_t block = 0; block < 6; ++block) {
                    const auto lanes = [&](const PackedTensor& t) {
                        return decode_lanes(t.format, t.specials, t.scales[block],
                                            std::span(t.codes).subspan(block * 8).first<8>());
                    };
                    const float product =
                        static_cast<float>(dot_lane_products(lanes(a), lanes(b))) * 0.25f *
                        scale_to_float(block_scale(fa, a.scales[block])) *
                        scale_to_float(block_scale(fb, b.scales[block]));
                    accumulator += product;
                }
                const float expected = accumulator == 0 ? 0.0f : accumulator;
                ASSERT_EQ(dot_reference(a, 0, b, 0, {c}, fp32_seq).bits,
                          std::bit_cast<uint32_t>(expected))
                    << spec_of(fa).name << " " << spec_of(fb).name;
            }
}

} // namespace
} // namespace fp4
