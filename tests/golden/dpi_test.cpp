// The C side of fp4_dpi.svh: single values. Bit vectors are arrays of 32-bit words here, as a
// simulator passes them.
#include "fp4_dpi.hpp"

#include "c_calls.hpp"
#include "fp4/formats/decode.hpp"
#include "fp4/gemm/gemm.hpp"

namespace fp4 {
namespace {

using namespace test;

template <size_t words>
std::array<uint32_t, words> words_of(const std::vector<uint8_t>& bytes) {
    std::array<uint32_t, words> result{};
    for (size_t i = 0; i < bytes.size(); ++i)
        result[i / 4] |= static_cast<uint32_t>(bytes[i]) << (i % 4 * 8);
    return result;
}

TEST(Dpi, Dot16IsNvfp4UnderExact) {
    Rng rng(330);
    for (int i = 0; i < 2000; ++i) {
        const PackedTensor a = random_tensor(rng, Format::nvfp4, {}, 1, 16, 30),
                           b = random_tensor(rng, Format::nvfp4, {}, 1, 16, 30);
        const uint32_t c = i % 4 ? rng.fp32_bits(-20, 20) : rng.fp32_bits();
        const uint32_t expected = dot_reference(a, 0, b, 0, {c}, exact).bits;
        const auto a_words = words_of<2>(a.codes), b_words = words_of<2>(b.codes);
        ASSERT_EQ(fp4_dot16_r(a_words.data(), a.scales[0], b_words.data(), b.scales[0], c),
                  uint64_t{expected});
        uint32_t d = ~expected;
        ASSERT_EQ(fp4_dpi_dot16(a_words.data(), a.scales[0], b_words.data(), b.scales[0], c, &d),
                  FP4_OK);
        ASSERT_EQ(d, expected);
    }
}

TEST(Dpi, ElementZeroIsTheLowNibbleOfWordZero) {
    const std::array<uint32_t, 2> first{0x1, 0}, ninth{0, 0x1},
        sixes{0x77777777, 0x77777777}; // 0.5 in one place, 6 in all
    for (const auto& one : {first, ninth})
        EXPECT_EQ(fp4_dot16_r(one.data(), 0x38, sixes.data(), 0x38, 0), 0x40400000u); // 3
    EXPECT_EQ(fp4_dot16_r(first.data(), 0x38, ninth.data(), 0x38, 0), 0u);
}

TEST(Dpi, DotOfEveryLengthPairAndProfile) {
    Rng rng(331);
    for (Format fa : all_formats)
        for (Format fb : all_formats)
            for (const auto& profile : arithmetic_profiles)
                for (uint32_t k = 16; k <= 64; k += 16) {
                    if (!check_formats(fa, fb, profile) ||
                        k % static_cast<uint32_t>(spec_of(fa).block))
                        continue;
                    const PackedTensor a = random_tensor(rng, fa, {14, 18}, 1, k, 30),
                                       b = random_tensor(rng, fb, {7, 9}, 1, k, 30);
                    const uint32_t c = rng.fp32_bits(-20, 20);
                    const auto a_words = words_of<8>(a.codes), b_words = words_of<8>(b.codes);
                    const auto a_scales = words_of<1>(a.scales), b_scales = words_of<1>(b.scales);
                    const std::string cfg = "a=" + std::string(spec_of(fa).name) +
                                            ",b=" + std::string(spec_of(fb).name) +
                                            ",profile=" + std::string(profile.name) +
                                            ",v1=14,v2=18,b_v1=7,b_v2=9";
                    uint32_t d = 1;
                    ASSERT_EQ(fp4_dpi_dot(cfg.c_str(), k, a_words.data(), a_scales.data(),
                                          b_words.data(), b_scales.data(), c, &d),
                              FP4_OK)
                        << cfg;
                    ASSERT_EQ(d, dot_reference(a, 0, b, 0, {c}, profile).bits) << cfg << " " << k;
                }
}

TEST(Dpi, WhatDotRefuses) {
    const std::array<uint32_t, 8> codes{};
    const uint32_t scales = 0;
    const auto call = [&](const char* cfg, uint32_t k) {
        uint32_t d = 0x12345678;
        const int32_t status =
            fp4_dpi_dot(cfg, k, codes.data(), &scales, codes.data(), &scales, 0, &d);
        EXPECT_EQ(d, 0u);
        return status;
    };
    EXPECT_EQ(call("", 16), FP4_OK);
    EXPECT_EQ(call("a=nvfp5", 16), FP4_UNKNOWN_NAME);
    EXPECT_EQ(call(nullptr, 16), FP4_BAD_ARGUMENT);
    for (uint32_t k : {0u, 8u, 65u, 80u, 0xFFFFFFF0u}) EXPECT_EQ(call("", k), FP4_BAD_SHAPE) << k;
    EXPECT_EQ(call("a=mxfp4,b=mxfp4", 48), FP4_BAD_SHAPE);
}

TEST(Dpi, Decode16) {
    Rng rng(332);
    for (Format format : formats_of_one_byte)
        for (int i = 0; i < 100; ++i) {
            const Specials specials = some_specials[static_cast<size_t>(rng.below(6))];
            const std::array<uint32_t, 2> codes{rng.fp32_bits(), rng.fp32_bits()};
            const uint8_t scale = rng.byte();
            std::array<uint32_t, 4> halves;
            halves.fill(~0u);
            ASSERT_EQ(fp4_dpi_decode16(spec_of(format).name.data(), specials.v1_halves,
                                       specials.v2_halves, codes.data(), scale, halves.data()),
                      FP4_OK);
            for (size_t k = 0; k < 16; ++k) {
                const auto found = static_cast<int8_t>(halves[k / 4] >> (k % 4 * 8));
                ASSERT_EQ(found,
                          element_lane(format, specials, scale,
                                       {static_cast<uint8_t>(codes[k / 8] >> (k % 8 * 4) & 15)}));
            }
        }
    const std::array<uint32_t, 2> codes{~0u, ~0u};
    std::array<uint32_t, 4> halves{1, 2, 3, 4};
    for (const char* bad : {static_cast<const char*>(nullptr), "", "fp4"})
        EXPECT_EQ(fp4_dpi_decode16(bad, 10, 16, codes.data(), 0, halves.data()), FP4_UNKNOWN_NAME);
    EXPECT_EQ(fp4_dpi_decode16("razer-w", 10, 32, codes.data(), 0, halves.data()),
              FP4_BAD_ARGUMENT);
    EXPECT_EQ(fp4_dpi_decode16("hif4", 10, 16, codes.data(), 0, halves.data()), FP4_BAD_ARGUMENT);
    EXPECT_EQ(halves, (std::array<uint32_t, 4>{}));
}

TEST(Dpi, DecodeScale) {
    int32_t significand = 9, exponent = 9, nan = 9;
    uint32_t fp32_bits = 9;
    for (Format format : all_formats)
        for (int byte = 0; byte < 256; ++byte) {
            fp4_scale expected;
            ASSERT_EQ(fp4_decode_scale(static_cast<fp4_format>(format), static_cast<uint8_t>(byte),
                                       &expected, nullptr),
                      FP4_OK);
            ASSERT_EQ(fp4_dpi_decode_scale(spec_of(format).name.data(), static_cast<uint8_t>(byte),
                                           &significand, &exponent, &nan, &fp32_bits),
                      FP4_OK);
            ASSERT_EQ(std::tuple(significand, exponent, nan, fp32_bits),
                      std::tuple(expected.significand, expected.exponent, expected.nan,
                                 expected.fp32_bits));
        }
    EXPECT_EQ(fp4_dpi_decode_scale("e4m3", 0x38, &significand, &exponent, &nan, &fp32_bits),
              FP4_UNKNOWN_NAME);
    EXPECT_EQ(std::tuple(significand, exponent, nan, fp32_bits), std::tuple(0, 0, 0, 0u));
}

} // namespace
} // namespace fp4
