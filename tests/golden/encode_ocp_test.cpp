#include <gtest/gtest.h>

#include <cfloat>

#include "encode_blocks.hpp"
#include "slow_nvfp4.hpp"

namespace fp4 {
namespace {

using namespace test;

using Block32 = std::array<float, 32>;

std::string text_of(uint8_t scale_byte, const std::array<uint8_t, 32>& codes) {
    std::string text = hex(scale_byte) + ":";
    for (uint8_t code : codes) text += "0123456789ABCDEF"[code & 15];
    return text;
}

constexpr std::array encoders{Encoder::ocp, Encoder::ocp_ceil, Encoder::ocp_even};

std::string encoded(const Block32& x, Encoder encoder) {
    std::array<uint8_t, 32> codes{};
    const auto scale_byte =
        static_cast<uint8_t>(BlockEncoder(encoder, Format::mxfp4).encode_block(x, {}, codes));
    return text_of(scale_byte, codes);
}

// Of a block that ends in zeros.
std::string first_of(std::initializer_list<float> values, Encoder encoder = Encoder::ocp) {
    Block32 x{};
    std::ranges::copy(values, x.begin());
    const std::string text = encoded(x, encoder);
    return text.substr(0, text.find(':') + 1 + values.size());
}

void expect_rule(const Block32& x) {
    for (Encoder encoder : encoders) {
        const auto expected = slow::encode_ocp(spec_of(encoder).name, x);
        ASSERT_EQ(encoded(x, encoder), text_of(expected.scale_byte, expected.codes))
            << spec_of(encoder).name;
    }
}

// e = floor(log2 b) - 2: 4 <= b < 8 has scale 1 (0x7F), and what is above 6 saturates.
TEST(EncodeOcp, TheScaleIsTheBlocksExponent) {
    EXPECT_EQ(first_of({4, .25f, .75f, -.75f, 5, -.1f, -0.0f}), "0x7F:602A688");
    EXPECT_EQ(first_of({below(8), -7, 6}), "0x7F:7F7");
    EXPECT_EQ(first_of({8, -7, 6}), "0x80:6E5"); // -3.5 -> -4, 3
    EXPECT_EQ(first_of({below(4), 3, -1}), "0x7E:77C");
}

// e = ceil(log2(b / 6)): 6 is the largest that scale 1 takes, and nothing saturates.
TEST(EncodeOcp, CeilIsTheSmallestScaleThatHoldsTheBlock) {
    const auto ceil = [](std::initializer_list<float> x) { return first_of(x, Encoder::ocp_ceil); };
    EXPECT_EQ(ceil({6, -5, .25f, -0.0f}), "0x7F:7E08");
    EXPECT_EQ(ceil({above(6), -5, 6}), "0x80:5C5"); // 3, -2.5 -> -2, 3
    EXPECT_EQ(ceil({7, 6, 1}), "0x80:651");         // 3.5 -> 4
    EXPECT_EQ(ceil({4, 3, 0}), "0x7F:650");
    EXPECT_EQ(ceil({below(4), 3, 0}), "0x7F:650");
    EXPECT_EQ(ceil({3, 0, 0}), "0x7E:700");
    EXPECT_EQ(ceil({-above(3), 0, 0}), "0x7F:D00");
}

// The largest is rounded to 4, 6 or 8 first: 7 is a tie and becomes 8.
TEST(EncodeOcp, EvenRoundsTheLargestFirst) {
    const auto even = [](std::initializer_list<float> x) { return first_of(x, Encoder::ocp_even); };
    EXPECT_EQ(even({6, -5, .25f, -0.0f}), "0x7F:7E08");
    EXPECT_EQ(even({below(7), -5, 6}), "0x7F:7E7"); // saturates
    EXPECT_EQ(even({7, 6, 1}), "0x80:651");
    EXPECT_EQ(even({-below(8), 0, 0}), "0x80:E00");
    EXPECT_EQ(even({below(3.5f), 0, 0}), "0x7E:700");
    EXPECT_EQ(even({3.5f, 0, 0}), "0x7F:600");
}

TEST(EncodeOcp, EndsOfTheRangeOfRaisedScales) {
    for (Encoder encoder : {Encoder::ocp_ceil, Encoder::ocp_even}) {
        EXPECT_EQ(first_of({0, -0.0f, 0}, encoder), "0x0:080");
        EXPECT_EQ(first_of({FLT_MAX, -0x1p126f, 0x1p-149f}, encoder), "0xFD:6A0"); // e = 126
        EXPECT_EQ(first_of({0x1.8p-125f, 0x1p-126f}, encoder), "0x0:74");          // e = -127
        EXPECT_EQ(first_of({0x1.cp-125f, 0x1p-126f}, encoder), "0x1:62");
        EXPECT_EQ(first_of({0x1.cp-127f, 0x1p-149f}, encoder), "0x0:40"); // 1.75
    }
}

TEST(EncodeOcp, EveryBoundaryOfEveryBinade) {
    for (int exponent = -149; exponent <= 127; ++exponent)
        for (float significand : {1.0f, 1.25f, 1.5f, 1.75f})
            for (const float x :
                 {std::ldexp(significand, exponent), above(std::ldexp(significand, exponent)),
                  std::max(0.0f, below(std::ldexp(significand, exponent)))}) {
                Block32 block{};
                block[7] = -x;
                block[8] = x / 2;
                expect_rule(block);
                if (HasFatalFailure()) return;
            }
}

TEST(EncodeOcp, EndsOfTheRange) {
    EXPECT_EQ(first_of({0, -0.0f, 0}), "0x0:080");
    EXPECT_EQ(first_of({FLT_MAX, -FLT_MAX, 0x1p126f, 0x1p-149f}), "0xFC:7F40"); // e = 125
    EXPECT_EQ(first_of({0x1p-125f, 0x1p-126f, 0x1p-130f}), "0x0:640"); // e = -127; 2^-130 is .125
    EXPECT_EQ(first_of({0x1p-124f, 0x1p-126f, 0x1p-149f}), "0x1:620");
    EXPECT_EQ(first_of({0x1p-128f, -0x1p-129f, 0x1.8p-129f, 0x1p-149f}),
              "0x0:1810"); // e would be -130: .5, -.25, .375
}

TEST(EncodeOcp, RandomBlocks) {
    Rng rng(210);
    for (int i = 0; i < 20000; ++i) {
        const int exponent = i % 3 ? rng.between(-10, 10) : rng.between(-126, 127);
        Block32 x;
        for (float& value : x) {
            value = std::bit_cast<float>(rng.fp32_bits(std::max(-126, exponent - 6), exponent));
            if (rng.one_in(3))
                value = std::ldexp(static_cast<float>(rng.between(-31, 31)), exponent - 4); // ties
            if (rng.one_in(10))
                value = std::bit_cast<float>(rng.fp32_bits() &
                                             0x807FFFFF); // zeros of either sign and subnormals
        }
        expect_rule(x);
        if (HasFatalFailure()) return;
    }
}

// Blocks of 32 along K in row-major order, no tensor scale.
TEST(EncodeOcp, Tensors) {
    Rng rng(211);
    std::vector<float> x(3 * 64);
    for (size_t i = 0; i < x.size(); ++i)
        x[i] = i / 32 == 4 ? 0.0f : std::ldexp(rng.uniform(1), rng.between(-20, 20));
    const auto tensor = encode(x, 3, 64, {.format = Format::mxfp4}, "w");
    ASSERT_TRUE(tensor);
    ASSERT_TRUE(check_shape(*tensor, "w"));
    EXPECT_EQ(tensor->tensor_scale.bits, 0x3F800000u);
    ASSERT_EQ(tensor->scales.size(), 6u);
    for (size_t block = 0; block < 6; ++block) {
        const auto expected =
            slow::encode_ocp("ocp", std::span<const float, 32>(x.data() + block * 32, 32));
        ASSERT_EQ(tensor->scales[block], expected.scale_byte);
        for (size_t i = 0; i < 32; ++i)
            ASSERT_EQ(tensor->codes[block * 16 + i / 2] >> (i % 2 * 4) & 15, expected.codes[i]);
    }
}

} // namespace
} // namespace fp4
