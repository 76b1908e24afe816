// The simulated hardware's epilogue (native floating point) against golden's (integers): two
// implementations, one result.
#include "native_epilogue.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fp4::sim {
namespace {

void expect_equal(uint32_t d, float a, float b) {
    for (auto type : {OutputType::f32, OutputType::bf16, OutputType::f16})
        ASSERT_EQ(native_epilogue(d, a, b, type),
                  epilogue({d}, Fp32::from_float(a), Fp32::from_float(b), type))
            << std::hex << d << " * " << a << " * " << b << " to " << spec_of(type).name;
}

TEST(NativeEpilogue, EqualsGoldenOnRandomPatterns) {
    std::mt19937_64 random(1);
    const auto any_finite = [&] {
        Fp32 x{static_cast<uint32_t>(random())};
        return x.is_nan() || x.is_infinite() ? 1.0f : x.to_float();
    };
    for (int i = 0; i < 300'000; ++i) {
        expect_equal(static_cast<uint32_t>(random()), any_finite(), any_finite());
        expect_equal(static_cast<uint32_t>(random()), 1.0f, 1.0f);
    }
}

TEST(NativeEpilogue, EqualsGoldenAroundEverySixteenBitValue) {
    for (uint32_t code = 0; code < 0x8000; ++code) {
        // Every BF16 value, the midpoint above it, and the neighbors of both; the same for FP16
        // through its exponent range.
        for (uint32_t d : {code << 16, (code << 16) + 1, (code << 16) + 0x7FFF,
                           (code << 16) + 0x8000, (code << 16) + 0x8001, (code << 16) - 1})
            expect_equal(d, 1.0f, 1.0f);
        const uint32_t fp16_grid =
            0x33000000 +
            code *
                0x2000; // from 2^-25, half the smallest FP16 subnormal, to beyond its largest value
        for (uint32_t d : {fp16_grid, fp16_grid + 1, fp16_grid + 0xFFF, fp16_grid + 0x1000,
                           fp16_grid + 0x1001, fp16_grid - 1}) {
            expect_equal(d, 1.0f, 1.0f);
            expect_equal(d | 0x80000000, 1.0f, 1.0f);
        }
    }
}

} // namespace
} // namespace fp4::sim
