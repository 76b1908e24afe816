#include "fp4/formats/scale.hpp"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "operands.hpp"

namespace fp4 {
namespace {

constexpr const ScaleSpec& ue4m3 = spec_of(ScaleType::ue4m3);
constexpr const ScaleSpec& e3m3 = spec_of(ScaleType::e3m3);
constexpr const ScaleSpec& e8m0 = spec_of(ScaleType::e8m0);

// value * 512; the last entry is NaN.
constexpr int ue4m3_table[16][8] = {
    {0, 1, 2, 3, 4, 5, 6, 7},
    {8, 9, 10, 11, 12, 13, 14, 15},
    {16, 18, 20, 22, 24, 26, 28, 30},
    {32, 36, 40, 44, 48, 52, 56, 60},
    {64, 72, 80, 88, 96, 104, 112, 120},
    {128, 144, 160, 176, 192, 208, 224, 240},
    {256, 288, 320, 352, 384, 416, 448, 480},
    {512, 576, 640, 704, 768, 832, 896, 960},
    {1024, 1152, 1280, 1408, 1536, 1664, 1792, 1920},
    {2048, 2304, 2560, 2816, 3072, 3328, 3584, 3840},
    {4096, 4608, 5120, 5632, 6144, 6656, 7168, 7680},
    {8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360},
    {16384, 18432, 20480, 22528, 24576, 26624, 28672, 30720},
    {32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440},
    {65536, 73728, 81920, 90112, 98304, 106496, 114688, 122880},
    {131072, 147456, 163840, 180224, 196608, 212992, 229376, -1},
};

constexpr double e3m3_table[8][8] = {
    {0, .03125, .0625, .09375, .125, .15625, .1875, .21875},
    {.25, .28125, .3125, .34375, .375, .40625, .4375, .46875},
    {.5, .5625, .625, .6875, .75, .8125, .875, .9375},
    {1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875},
    {2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75},
    {4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5},
    {8, 9, 10, 11, 12, 13, 14, 15},
    {16, 18, 20, 22, 24, 26, 28, 30},
};

double value_of(const Scale& scale) { return std::ldexp(scale.significand, scale.exponent - 3); }
double value_of(const ScaleSpec& spec, int payload) {
    return value_of(decode_scale(spec, payload));
}

TEST(ScaleDecode, Ue4m3IsThePrintedTable) {
    for (int payload = 0; payload < 127; ++payload) {
        const Scale scale = decode_scale(ue4m3, payload);
        ASSERT_FALSE(scale.nan) << payload;
        ASSERT_EQ(value_of(scale) * 512, ue4m3_table[payload / 8][payload % 8]) << payload;
    }
    EXPECT_EQ(decode_scale(ue4m3, 0x7F), (Scale{0, -126, true}));
}

TEST(ScaleDecode, E3m3IsThePrintedTableAndHasNoNan) {
    for (int payload = 0; payload < 64; ++payload) {
        ASSERT_FALSE(decode_scale(e3m3, payload).nan) << payload;
        ASSERT_EQ(value_of(e3m3, payload), e3m3_table[payload / 8][payload % 8]) << payload;
    }
}

TEST(ScaleDecode, E3m3Is16TimesUe4m3) {
    for (int payload = 0; payload < 64; ++payload)
        ASSERT_EQ(value_of(e3m3, payload), 16 * value_of(ue4m3, payload)) << payload;
}

TEST(ScaleDecode, Landmarks) {
    EXPECT_EQ(value_of(ue4m3, 0x01), 0x1p-9);
    EXPECT_EQ(value_of(ue4m3, 0x08), 0x1p-6);
    EXPECT_EQ(value_of(ue4m3, 0x38), 1.0);
    EXPECT_EQ(value_of(ue4m3, ue4m3.max_payload), 448.0);
    EXPECT_EQ(value_of(e3m3, e3m3.max_payload), 30.0);
}

// Every byte is a power of two, 0x00 too: there is no zero and no subnormal rule.
TEST(ScaleDecode, E8m0IsAPowerOfTwoInEveryByteButOne) {
    for (int byte = 0; byte < 255; ++byte) {
        const Scale scale = decode_scale(e8m0, byte);
        ASSERT_EQ(scale, (Scale{8, static_cast<int16_t>(byte - 127), false})) << byte;
        ASSERT_EQ(double{scale_to_float(scale)}, std::ldexp(1.0, byte - 127)) << byte;
    }
    EXPECT_EQ(decode_scale(e8m0, 0xFF), (Scale{0, -126, true}));
}

TEST(ScaleDecode, E8m0Landmarks) {
    EXPECT_EQ(value_of(e8m0, 0x00), 0x1p-127);
    EXPECT_EQ(value_of(e8m0, 0x01), 0x1p-126);
    EXPECT_EQ(value_of(e8m0, 0x7E), 0.5);
    EXPECT_EQ(value_of(e8m0, 0x7F), 1.0);
    EXPECT_EQ(value_of(e8m0, 0x80), 2.0);
    EXPECT_EQ(value_of(e8m0, e8m0.max_payload), 0x1p127);
    EXPECT_EQ(e8m0.max_payload, 0xFE);
    EXPECT_EQ(scale_to_float(decode_scale(e8m0, 0x00)), 0x1p-127f); // a subnormal binary32
}

// Alignment takes the exponent from the field: max(E, 1) - bias, and -126 for a zero.
TEST(ScaleDecode, SignificandAndExponentAreNotNormalized) {
    for (const ScaleSpec* spec : {&ue4m3, &e3m3})
        for (int payload = 0; payload <= spec->max_payload; ++payload) {
            const int field = payload / 8, fraction = payload % 8;
            const Scale scale = decode_scale(*spec, payload);
            ASSERT_EQ(scale.significand, field ? 8 + fraction : fraction) << payload;
            ASSERT_EQ(scale.exponent, payload == 0 ? -126 : std::max(field, 1) - spec->bias)
                << payload;
        }
}

TEST(ScaleDecode, NativeFloatIsExact) {
    for (const ScaleSpec* spec : {&ue4m3, &e3m3})
        for (int payload = 0; payload <= spec->max_payload; ++payload)
            ASSERT_EQ(double{scale_to_float(decode_scale(*spec, payload))},
                      value_of(*spec, payload))
                << payload;
}

struct Limit {
    const ScaleSpec& spec;
    int max_payload;
};
const Limit limits[] = {{ue4m3, 0x7E}, {e3m3, 0x3F}, {e3m3, 0x3E}};

TEST(ScaleEncode, EveryValueIsAFixedPoint) {
    for (const auto& [spec, max] : limits)
        for (int payload = 0; payload <= max; ++payload)
            ASSERT_EQ(encode_scale(spec, static_cast<float>(value_of(spec, payload)), max),
                      payload);
}

TEST(ScaleEncode, EveryMidpointGoesToTheEvenPayloadAndItsNeighborsToTheNearest) {
    for (const auto& [spec, max] : limits)
        for (int payload = 0; payload < max; ++payload) {
            const auto midpoint =
                static_cast<float>((value_of(spec, payload) + value_of(spec, payload + 1)) / 2);
            ASSERT_EQ(encode_scale(spec, midpoint, max), payload + payload % 2) << payload;
            ASSERT_EQ(encode_scale(spec, std::nextafter(midpoint, 0.0f), max), payload) << payload;
            ASSERT_EQ(encode_scale(spec, std::nextafter(midpoint, INFINITY), max), payload + 1)
                << payload;
        }
}

TEST(ScaleEncode, SaturatesAtTheGivenMaximum) {
    for (const auto& [spec, max] : limits) {
        const auto largest = static_cast<float>(value_of(spec, max));
        for (float x : {std::nextafter(largest, INFINITY), largest * 1.01f, largest * 1.1f,
                        largest * 2, largest * 1000, FLT_MAX, INFINITY})
            EXPECT_EQ(encode_scale(spec, x, max), max) << x;
    }
}

TEST(ScaleEncode, Landmarks) {
    for (float x : {464.0f, 480.0f, 448.00003f, static_cast<float>(INFINITY)})
        EXPECT_EQ(encode_scale(ue4m3, x, 0x7E), 0x7E) << x;
    EXPECT_EQ(encode_scale(ue4m3, 0x1p-10f, 0x7E), 0x00);
    EXPECT_EQ(encode_scale(ue4m3, std::nextafter(0x1p-10f, 1.0f), 0x7E), 0x01);
    EXPECT_EQ(encode_scale(e3m3, 7.5f * 0x1p-5f, 0x3E), 0x08);
    EXPECT_EQ(encode_scale(e3m3, 29.0f, 0x3F), 0x3E);
    EXPECT_EQ(encode_scale(e3m3, 29.000002f, 0x3F), 0x3F);
    EXPECT_EQ(encode_scale(e3m3, 29.000002f, 0x3E), 0x3E);
    EXPECT_EQ(encode_scale(e3m3, 21.0f, 0x3E), 0x3A);
}

TEST(ScaleEncode, ZeroAndTinyInputsGiveZero) {
    for (const auto& [spec, max] : limits)
        for (float x : {0.0f, -0.0f, FLT_TRUE_MIN, FLT_MIN, 0x1p-11f})
            EXPECT_EQ(encode_scale(spec, x, max), 0) << x;
}

TEST(ScaleEncode, RandomInputsGoToTheNearestPayload) {
    test::Rng rng(1);
    for (const auto& [spec, max] : limits)
        for (int i = 0; i < 20000; ++i) {
            const float x = std::fabs(std::bit_cast<float>(rng.fp32_bits(-14, 10)));
            int nearest = 0; // distances to 7-bit neighbors are exact in binary64
            for (int payload = 1; payload <= max; ++payload) {
                const double gain =
                    std::fabs(value_of(spec, nearest) - x) - std::fabs(value_of(spec, payload) - x);
                if (gain > 0 || (gain == 0 && payload % 2 == 0)) nearest = payload;
            }
            ASSERT_EQ(encode_scale(spec, x, max), nearest) << x;
        }
}

} // namespace
} // namespace fp4
