#include <gtest/gtest.h>

#if !__has_include(<cuda_fp4.h>) || !__has_include(<cuda_fp8.h>)

TEST(CudaHeaders, Conversions) {
    GTEST_SKIP() << "no CUDA toolkit with cuda_fp4.h and cuda_fp8.h was found: NVIDIA's host "
                    "conversions are not compared";
}

#else

#include <algorithm>
#include <cmath>

#include "cuda_headers.hpp"
#include "fp4/formats/decode.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr uint32_t stride = 1021; // a prime: no low bit of the pattern repeats
constexpr uint32_t window = 300;  // patterns to each side of a boundary
constexpr uint32_t infinity_bits = 0x7F800000;

float float_of(__half_raw x) { return __half2float(x); }
float float_of(__nv_bfloat16_raw x) { return std::bit_cast<float>(uint32_t{x.x} << 16); }

// Patterns around a magnitude, with either sign where the conversion takes both.
template <class Conversion>
void expect_same_around(float magnitude, bool both_signs) {
    const auto middle = std::bit_cast<uint32_t>(magnitude);
    const uint32_t first = middle > window ? middle - window : 0,
                   last = std::min(middle + window, infinity_bits);
    EXPECT_EQ(first_difference<Conversion>(first, last), std::nullopt) << magnitude;
    if (both_signs) {
        EXPECT_EQ(first_difference<Conversion>(first | 0x80000000, last | 0x80000000), std::nullopt)
            << magnitude;
    }
}

TEST(CudaHeaders, E2m1OfEvery1021stPattern) {
    EXPECT_EQ(first_difference<ToE2m1>(0, 0xFFFFFFFF, stride), std::nullopt);
}

TEST(CudaHeaders, E2m1AroundEveryValueAndMidpoint) {
    for (int eighths = 0; eighths <= 8 * 8; ++eighths)
        expect_same_around<ToE2m1>(static_cast<float>(eighths) / 8, true);
    for (float x : {1e30f, 0x1p-126f, 0x1p-149f, INFINITY}) expect_same_around<ToE2m1>(x, true);
}

TEST(CudaHeaders, E2m1OfNan) {
    for (uint32_t bits :
         {0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu, 0xFF800001u, 0xFFC00000u, 0xFFFFFFFFu}) {
        EXPECT_EQ(ToE2m1::nvidia(std::bit_cast<float>(bits)), 7);
        EXPECT_EQ(ToE2m1::golden(std::bit_cast<float>(bits)), 7);
    }
}

TEST(CudaHeaders, Ue4m3OfEvery1021stPattern) {
    EXPECT_EQ(first_difference<ToUe4m3>(0, infinity_bits, stride), std::nullopt);
}

TEST(CudaHeaders, Ue4m3AroundEveryValueAndMidpoint) {
    const auto value = [](int payload) { return scale_to_float(decode_scale(ue4m3, payload)); };
    for (int payload = 0; payload < ue4m3.max_payload; ++payload) {
        expect_same_around<ToUe4m3>(value(payload), false);
        expect_same_around<ToUe4m3>((value(payload) + value(payload + 1)) / 2, false);
    }
    for (float x : {448.0f, 464.0f, 480.0f, 512.0f, 1e30f, 0x1p-126f, 0x1p-149f, INFINITY})
        expect_same_around<ToUe4m3>(x, false);
}

TEST(CudaHeaders, EveryE2m1CodeDecodesTheSame) {
    for (uint8_t code = 0; code < 16; ++code) {
        const float nvidia = float_of(__nv_cvt_fp4_to_halfraw(code, __NV_E2M1));
        EXPECT_EQ(std::bit_cast<uint32_t>(nvidia),
                  dequantize(Format::nvfp4, {}, 0x38, {code}, {0x3F800000}).bits)
            << int{code};
        EXPECT_EQ(nvidia * 2, static_cast<float>(e2m1_halves({code}))) << int{code};
    }
}

// E4M3 has a sign, which UE4M3 ignores.
TEST(CudaHeaders, EveryUe4m3ByteDecodesTheSame) {
    for (int byte = 0; byte < 256; ++byte) {
        const float nvidia =
            std::fabs(float_of(__nv_cvt_fp8_to_halfraw(static_cast<uint8_t>(byte), __NV_E4M3)));
        const Scale scale = block_scale(Format::nvfp4, static_cast<uint8_t>(byte));
        EXPECT_EQ(scale.nan, std::isnan(nvidia)) << byte;
        if (!scale.nan) {
            EXPECT_EQ(scale_to_float(scale), nvidia) << byte;
        }
    }
}

TEST(CudaHeaders, EveryE8m0ByteDecodesTheSame) {
    for (int byte = 0; byte < 256; ++byte) {
        const float nvidia = float_of(__nv_cvt_e8m0_to_bf16raw(static_cast<uint8_t>(byte)));
        const Scale scale = block_scale(Format::mxfp4, static_cast<uint8_t>(byte));
        EXPECT_EQ(scale.nan, std::isnan(nvidia)) << byte;
        if (!scale.nan) {
            EXPECT_EQ(scale_to_float(scale), nvidia) << byte;
        }
    }
}

// Rounded toward zero, a positive value lies in [v, 2v) of the byte it goes to.
TEST(CudaHeaders, E8m0RoundedTowardZeroIsTheLargestValueNotAbove) {
    const auto value = [](int byte) {
        return double{scale_to_float(decode_scale(spec_of(ScaleType::e8m0), byte))};
    };
    for (uint32_t bits = std::bit_cast<uint32_t>(0x1p-127f); bits < infinity_bits; bits += 8191) {
        const auto x = std::bit_cast<float>(bits);
        const int byte = __nv_cvt_float_to_e8m0(x, __NV_SATFINITE, cudaRoundZero);
        ASSERT_LE(value(byte), x) << byte;
        ASSERT_GT(2 * value(byte), x) << byte;
    }
}

} // namespace
} // namespace fp4

#endif
