#include "fp4/formats/decode.hpp"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "operands.hpp"
#include "slow_twin.hpp"

namespace fp4 {
namespace {

using test::all_formats;
using test::formats_of_one_byte;
using test::hex;

// Every format with one scale byte, pair of specials and scale byte.
template <class Check>
void for_every_byte(Check check) {
    for (Format format : formats_of_one_byte)
        for (Specials specials : {Specials{}, Specials{14, 18}, Specials{18, 14}, Specials{31, 1},
                                  Specials{1, 31}, Specials{0, 0}, Specials{31, 31}})
            for (int byte = 0; byte < 256; ++byte) {
                SCOPED_TRACE(std::string(spec_of(format).name) + " V1 " +
                             std::to_string(specials.v1_halves) + " V2 " +
                             std::to_string(specials.v2_halves) + " byte " +
                             hex(static_cast<uint64_t>(byte)));
                check(format, specials, static_cast<uint8_t>(byte));
                if (testing::Test::HasFatalFailure()) return;
            }
}

TEST(Decode, BlockScaleIgnoresTheBitsOfTheSpecial) {
    for_every_byte([](Format format, Specials, uint8_t byte) {
        const auto expected = slow::scale_of(format, byte);
        const Scale scale = block_scale(format, byte);
        ASSERT_EQ(scale.nan, expected.nan);
        if (expected.nan) return;
        ASSERT_EQ(std::ldexp(scale.significand, scale.exponent - 3),
                  std::ldexp(expected.mantissa, expected.exponent));
    });
}

TEST(FormatRows, AreGoldensInItsOrder) {
    std::vector<std::string_view> names, rows;
    for (const FormatSpec& spec : format_specs) names.push_back(spec.name);
    for (const test::FormatRow& row : test::format_rows()) rows.push_back(row.name);
    ASSERT_EQ(rows, names);
    for (Format format : all_formats) {
        EXPECT_EQ(spec_of(format).block, test::row_of(format).block);
        EXPECT_EQ(spec_of(format).lane_units(), test::row_of(format).units);
        EXPECT_EQ(spec_of(format).scale_bytes(), test::row_of(format).scale_bytes);
        EXPECT_EQ(spec_of(format).has_signed_zeros(), !test::row_of(format).one_zero);
        EXPECT_FALSE(test::row_of(format).landmarks.empty()) << spec_of(format).name;
    }
}

TEST(Decode, LandmarksOfEveryFormat) {
    for (const test::FormatRow& row : test::format_rows())
        for (const auto& [record, code, value, place] : row.landmarks) {
            const Fp32 found = dequantize(*format_from_name(row.name), {}, record,
                                          {static_cast<uint8_t>(code)}, {0x3F800000}, place);
            const Fp32 expected =
                std::isnan(value) ? fp32_nan : Fp32::from_float(static_cast<float>(value));
            EXPECT_EQ(hex(found.bits), hex(expected.bits))
                << row.name << " record " << hex(record) << " code " << code;
        }
}

TEST(Decode, SpecialHalves) {
    for_every_byte([](Format format, Specials specials, uint8_t byte) {
        const int expected = !spec_of(format).has_specials()
                                 ? 0
                                 : slow::lane_of(format, specials, byte, spec_of(format).sentinel);
        ASSERT_EQ(special_halves(format, specials, byte), expected);
    });
}

TEST(Decode, ElementLanes) {
    for_every_byte([](Format format, Specials specials, uint8_t byte) {
        for (uint8_t code = 0; code < 16; ++code)
            ASSERT_EQ(element_lane(format, specials, byte, {code}),
                      slow::lane_of(format, specials, byte, code))
                << int{code};
    });
}

TEST(Decode, BlockHasEveryCodeInBothNibbles) {
    for_every_byte([](Format format, Specials specials, uint8_t byte) {
        for (uint8_t turn = 0; turn < 16; ++turn) {
            std::array<uint8_t, 8> codes{};
            for (uint8_t i = 0; i < 8; ++i)
                codes[i] = static_cast<uint8_t>((2 * i + turn) % 16 | (2 * i + 1 + turn) % 16 << 4);
            const auto lanes = decode_lanes(format, specials, byte, codes);
            for (size_t i = 0; i < 16; ++i) {
                const int code = static_cast<int>(i + turn) % 16;
                ASSERT_EQ(packed_code(codes, i).code, code);
                ASSERT_EQ(lanes[i], slow::lane_of(format, specials, byte, code)) << code;
            }
        }
    });
}

// Records at random: every place has the factor that its bits say.
TEST(Decode, LanesOfEveryPlaceOfEveryFormat) {
    test::Rng rng(60);
    for (Format format : all_formats)
        for (int round = 0; round < 500; ++round) {
            const Specials specials = test::some_specials[static_cast<size_t>(rng.below(6))];
            const ScaleRecord record = rng.fp32_bits();
            std::array<uint8_t, 8> codes{};
            for (uint8_t& byte : codes) byte = rng.byte();
            for (int first = 0; first < spec_of(format).block; first += dot_lanes) {
                const auto lanes = decode_lanes(format, specials, record, codes, first);
                for (int i = 0; i < dot_lanes; ++i) {
                    const Element element = packed_code(codes, static_cast<size_t>(i));
                    const int expected =
                        slow::lane_of(format, specials, record, element.code, first + i);
                    ASSERT_EQ(element_lane(format, specials, record, element, first + i), expected)
                        << spec_of(format).name << " " << hex(record) << " " << first + i;
                    ASSERT_EQ(lanes[static_cast<size_t>(i)], expected)
                        << spec_of(format).name << " " << hex(record) << " " << first + i;
                    ASSERT_LE(std::abs(expected), max_lane(format, specials));
                }
            }
        }
}

TEST(Decode, Landmarks) {
    const auto value = [](Format format, int byte) {
        return std::bit_cast<float>(
            dequantize(format, {}, static_cast<uint8_t>(byte), {2}, {0x3F800000}).bits);
    };
    const auto special = [](Format format, int byte) {
        return special_halves(format, {}, static_cast<uint8_t>(byte));
    };
    EXPECT_EQ(value(Format::nvfp4, 0x80), 0.0f);
    EXPECT_EQ(value(Format::nvfp4, 0x88), 0x1p-6f);
    EXPECT_TRUE(std::isnan(value(Format::nvfp4, 0xFF)));
    EXPECT_EQ(value(Format::razer_w, 0x00), 0.0f);
    EXPECT_EQ(value(Format::razer_w, 0x3F), 30.0f);
    EXPECT_EQ(special(Format::razer_w, 0x3F), 10);
    EXPECT_EQ(value(Format::razer_w, 0x7F), 30.0f);
    EXPECT_EQ(special(Format::razer_w, 0x7F), 16);
    EXPECT_EQ(value(Format::razer_w, 0xC1), 0x1p-5f);
    EXPECT_EQ(special(Format::razer_w, 0xC1), -16);
    EXPECT_EQ(value(Format::razer_a, 0x80), 0.0f);
    EXPECT_EQ(value(Format::razer_a, 0xB8), 1.0f);
    EXPECT_EQ(special(Format::razer_a, 0xB8), -10);
    EXPECT_TRUE(std::isnan(value(Format::razer_a, 0xFF)));
}

// The compat encodings, in hand-written tables: code 0x0 is the special, code 0x8 a zero.
TEST(Decode, CompatFormatsEveryByteAndCode) {
    constexpr int plain[16] = {99, 1,  2,  3,  4,  6,  8,  12,
                               0,  -1, -2, -3, -4, -6, -8, -12}; // entry 0 is the special's
    constexpr int razer_cuda[4] = {10, 16, -10, -16};            // by bits 7:6
    constexpr int rzr4[2] = {10, -10};                           // by bit 7
    for (int byte = 0; byte < 256; ++byte)
        for (uint8_t code = 0; code < 16; ++code) {
            const auto b = static_cast<uint8_t>(byte);
            ASSERT_EQ(element_lane(Format::razer_cuda, {}, b, {code}),
                      code ? plain[code] : razer_cuda[byte / 64])
                << byte << " " << int{code};
            ASSERT_EQ(element_lane(Format::rzr4, {}, b, {code}),
                      code ? plain[code] : rzr4[byte / 128])
                << byte << " " << int{code};
            ASSERT_EQ(block_scale(Format::razer_cuda, b), block_scale(Format::razer_w, b)) << byte;
            ASSERT_EQ(block_scale(Format::rzr4, b), block_scale(Format::razer_a, b)) << byte;
        }
}

TEST(Decode, CompatLandmarks) {
    constexpr Fp32 one{0x3F800000};
    const auto value = [](Format format, int byte, uint8_t code) {
        return dequantize(format, {}, static_cast<uint8_t>(byte), {code}, one).to_float();
    };
    EXPECT_EQ(value(Format::razer_cuda, 0x18, 0x0), 5.0f); // scale 1
    EXPECT_EQ(value(Format::razer_cuda, 0x58, 0x0), 8.0f);
    EXPECT_EQ(value(Format::razer_cuda, 0x98, 0x0), -5.0f);
    EXPECT_EQ(value(Format::razer_cuda, 0xD8, 0x0), -8.0f);
    EXPECT_EQ(value(Format::razer_cuda, 0xFF, 0x0), -240.0f); // 0x3F is 30, not NaN
    EXPECT_EQ(value(Format::razer_cuda, 0x40, 0x0), 0.0f);
    EXPECT_EQ(value(Format::rzr4, 0x38, 0x0), 5.0f);
    EXPECT_EQ(value(Format::rzr4, 0xB8, 0x0), -5.0f);
    EXPECT_EQ(value(Format::rzr4, 0x01, 0x0), 5 * 0x1p-9f); // no hidden bit under exponent field 0
    EXPECT_EQ(value(Format::rzr4, 0x87, 0x1), 3.5f * 0x1p-9f);
    for (Format format : {Format::razer_cuda, Format::rzr4})
        EXPECT_EQ(dequantize(format, {}, 0x98, {8}, one).bits, 0u); // one zero, +0
}

TEST(Decode, Mxfp4Landmarks) {
    const auto bits = [](int byte, uint8_t code, float tensor_scale) {
        return dequantize(Format::mxfp4, {}, static_cast<uint8_t>(byte), {code},
                          Fp32::from_float(tensor_scale))
            .bits;
    };
    EXPECT_EQ(bits(0x7F, 0x7, 1), 0x40C00000u);
    EXPECT_EQ(bits(0x7F, 0x8, 1), 0x80000000u);
    EXPECT_EQ(bits(0x00, 0x1, 1), 0x00200000u); // 2^-128
    EXPECT_EQ(bits(0x00, 0x0, 1), 0u);          // a scale of 0x00 is no zero, a code is
    EXPECT_EQ(bits(0xFE, 0x2, 1), 0x7F000000u); // 2^127
    EXPECT_EQ(bits(0xFE, 0x4, 1), 0x7F800000u); // 2^128 is infinite
    EXPECT_EQ(bits(0xFE, 0xC, 1), 0xFF800000u);
    EXPECT_EQ(bits(0xFE, 0x7, 0x1p-149f),
              0x35C00000u); // 6 * 2^-22: exact through a subnormal tensor scale
    EXPECT_EQ(bits(0x00, 0x9, 0x1p-22f),
              0x80000000u); // -2^-150: a tie with zero, which keeps its sign
    EXPECT_EQ(bits(0x00, 0xB, 0x1p-22f), 0x80000002u); // -1.5 * 2^-149
    for (uint8_t code = 0; code < 16; ++code) EXPECT_EQ(bits(0xFF, code, 1), 0x7FFFFFFFu);
}

// One rounding of an exact binary64 product (5 + 4 + 24 bits). Zeros: nvfp4 and mxfp4 keep the
// sign, RaZeR has +0 only.
TEST(Dequantize, IsTheProductRoundedOnce) {
    for_every_byte([](Format format, Specials specials, uint8_t byte) {
        if (test::row_of(format).units != 2) return; // not exact in binary64
        for (float tensor_scale : {1.0f, -1.0f, 3.3e-5f, 0.1f, FLT_MIN, 0x1.8p-126f, FLT_TRUE_MIN,
                                   0x1.fffffp-130f, 7e-40f, FLT_MAX, -FLT_MAX, 0x1p120f, 0.0f})
            for (uint8_t code = 0; code < 16; ++code) {
                const uint32_t bits =
                    dequantize(format, specials, byte, {code}, Fp32::from_float(tensor_scale)).bits;
                const auto scale = slow::scale_of(format, byte);
                const int halves = slow::lane_of(format, specials, byte, code);
                const double element = halves == 0 && code == 8 ? -0.0 : halves * 0.5;
                const auto product = static_cast<float>(
                    element * std::ldexp(scale.mantissa, scale.exponent) * double{tensor_scale});
                uint32_t expected = scale.nan ? 0x7FFFFFFFu : std::bit_cast<uint32_t>(product);
                if (test::row_of(format).one_zero && expected == 0x80000000u) expected = 0;
                ASSERT_EQ(bits, expected)
                    << "code " << int{code} << " tensor scale " << tensor_scale << ": " << hex(bits)
                    << ", expected " << hex(expected);
            }
    });
}

// The same by rationals, for every format, records and tensor scales at random.
TEST(Dequantize, IsTheRationalProductRoundedOnce) {
    test::Rng rng(61);
    for (Format format : all_formats)
        for (int round = 0; round < 3000; ++round) {
            const Specials specials = test::some_specials[static_cast<size_t>(rng.below(6))];
            const ScaleRecord record = rng.fp32_bits();
            const auto code = static_cast<uint8_t>(rng.below(16));
            const int place = rng.below(spec_of(format).block);
            const uint32_t subnormal = (rng.fp32_bits() & 0x007FFFFF) >> rng.below(23);
            const Fp32 tensor_scale{rng.one_in(4) ? subnormal | (rng.fp32_bits() & 0x80000000)
                                                  : rng.fp32_bits(-40, 40)};
            const auto scale = slow::scale_of(format, record);
            const int lane = slow::lane_of(format, specials, record, code, place);
            const slow::Exact product =
                slow::scaled(slow::Exact(lane) * scale.mantissa, scale.exponent) /
                test::row_of(format).units * slow::value_of_fp32(tensor_scale.bits);
            uint32_t expected = slow::bits_of_value(slow::fp32_layout, product, false);
            const bool negative = (lane < 0 || (lane == 0 && code == 8)) != tensor_scale.negative();
            if (expected == 0 && negative && !test::row_of(format).one_zero) expected = 0x80000000;
            if (scale.nan) expected = 0x7FFFFFFF;
            ASSERT_EQ(dequantize(format, specials, record, {code}, tensor_scale, place).bits,
                      expected)
                << spec_of(format).name << " " << hex(record) << " code " << int{code} << " place "
                << place << " under " << hex(tensor_scale.bits);
        }
}

TEST(Dequantize, OverflowIsInfinity) {
    EXPECT_EQ(dequantize(Format::nvfp4, {}, 0x7E, {7}, Fp32::from_float(FLT_MAX)).bits,
              0x7F800000u);
    EXPECT_EQ(dequantize(Format::razer_a, {}, 0xFE, {8}, Fp32::from_float(FLT_MAX)).bits,
              0xFF800000u);
}

TEST(Dequantize, SignOfZero) {
    constexpr Fp32 one{0x3F800000};
    EXPECT_EQ(dequantize(Format::nvfp4, {}, 0x38, {8}, one).bits, 0x80000000u);
    EXPECT_EQ(dequantize(Format::nvfp4, {}, 0x38, {0}, one).bits, 0u);
    EXPECT_EQ(dequantize(Format::razer_w, {0, 0}, 0x98, {8}, one).bits, 0u);
    EXPECT_EQ(dequantize(Format::razer_a, {}, 0x80, {8}, one).bits, 0u);
}

TEST(Dequantize, ANanScaleMakesZerosNanToo) {
    for (uint8_t code = 0; code < 16; ++code) {
        EXPECT_EQ(dequantize(Format::nvfp4, {}, 0x7F, {code}, {0x3F800000}).bits, 0x7FFFFFFFu);
        EXPECT_EQ(dequantize(Format::razer_a, {}, 0xFF, {code}, {0x3F800000}).bits, 0x7FFFFFFFu);
        EXPECT_EQ(dequantize(Format::rzr4, {}, 0x7F, {code}, {0x3F800000}).bits, 0x7FFFFFFFu);
    }
}

TEST(Dequantize, ANonFiniteTensorScaleGivesNan) {
    for (uint32_t scale : {0x7F800000u, 0xFF800000u, 0x7FC00000u, 0x7F800001u})
        for (Format format : all_formats)
            EXPECT_EQ(dequantize(format, {}, 0x38, {3}, {scale}).bits, 0x7FFFFFFFu) << hex(scale);
}

} // namespace
} // namespace fp4
