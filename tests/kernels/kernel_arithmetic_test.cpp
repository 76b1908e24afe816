// What kernels compute with, host code of the same text: exhaustive where the inputs allow it.
#include <gtest/gtest.h>

#include <cmath>

#include "arithmetic/element_values.hpp"
#include "arithmetic/exact_sum.hpp"
#include "arithmetic/narrow.hpp"
#include "arithmetic/round_element.hpp"
#include "arithmetic/round_scale.hpp"
#include "fp4/formats/decode.hpp"
#include "encode/e2m1_round.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "operands.hpp"

namespace fp4::test {
namespace {

TEST(KernelArithmetic, EveryQuadrupleOfCodesUnderEverySpecial) {
    for (const int special : {0, 5, -5, 10, -10, 16, -18, 31, -31}) {
        const auto table = kernels::halves_table(8, special);
        for (uint32_t codes = 0; codes < 0x10000; ++codes) {
            const uint32_t found = kernels::look_up(table, codes);
            for (int i = 0; i < 4; ++i) {
                const auto code = static_cast<uint8_t>(codes >> 4 * i & 0xF);
                ASSERT_EQ(static_cast<int8_t>(found >> 8 * i & 0xFF),
                          code == 8 ? special : e2m1_halves({code}))
                    << hex(codes);
            }
        }
    }
}

TEST(KernelArithmetic, EverySpecialAsBinary16) {
    for (int halves = 0; halves <= special_max_halves; ++halves)
        EXPECT_EQ(
            kernels::f16_of_halves(halves),
            convert_fp32(Fp32::from_float(0.5f * static_cast<float>(halves)), OutputType::f16));
}

TEST(KernelArithmetic, EveryScaleByte) {
    for (const ScaleType type : {ScaleType::ue4m3, ScaleType::e3m3, ScaleType::e8m0})
        for (uint32_t byte = 0; byte < 256; ++byte) {
            const Scale scale =
                decode_scale(spec_of(type), static_cast<int>(byte) & spec_of(type).payload_mask());
            ASSERT_EQ(kernels::scale_is_nan(type, byte), scale.nan);
            if (scale.nan) continue;
            const auto parts = kernels::scale_parts(type, byte);
            EXPECT_EQ(parts.significand, scale.significand);
            EXPECT_EQ(parts.exponent, scale.exponent);
            EXPECT_EQ(hex(kernels::word_of(kernels::scale_value(type, byte))),
                      hex(Fp32::from_float(scale_to_float(scale)).bits));
            if (type == ScaleType::e8m0) continue;
            EXPECT_EQ(std::ldexp(static_cast<float>(kernels::scale_steps(type, byte)),
                                 kernels::step_exponent(type)),
                      scale_to_float(scale));
        }
}

// Every 997th pattern, and all round those where a rounding changes its mind.
template <class Check>
void over_floats(Check check) {
    for (uint64_t bits = 0; bits < 0x7F800000; bits += 997)
        check(Fp32{static_cast<uint32_t>(bits)}.to_float());
    for (uint32_t bits = 0; bits < 0x7F800000; bits += 0x1000)
        for (const uint32_t delta : {0u, 1u, 0xFFFu}) check(Fp32{bits + delta}.to_float());
}

TEST(KernelArithmetic, RoundingOfScales) {
    for (const ScaleType type : {ScaleType::ue4m3, ScaleType::e3m3}) {
        const int largest = spec_of(type).max_payload;
        over_floats([&](float x) {
            ASSERT_EQ(kernels::round_scale(type, x, static_cast<uint32_t>(largest)),
                      encode_scale(spec_of(type), x, largest))
                << x;
        });
        EXPECT_EQ(kernels::round_scale(type, INFINITY, static_cast<uint32_t>(largest)), largest);
    }
}

TEST(KernelArithmetic, RoundingOfElements) {
    over_floats([](float magnitude) {
        for (const float y : {magnitude, -magnitude}) {
            ASSERT_EQ(kernels::e2m1_rne(y), encode_e2m1_rne(y).code) << y;
            ASSERT_EQ(kernels::e2m1_floor_ties(y), encode_e2m1_floor_ties(y).code) << y;
            ASSERT_EQ(kernels::e2m1_zero_ties(y),
                      encode_e2m1_zero_ties(y).code & (encode_e2m1_zero_ties(y).code == 8 ? 0 : 15))
                << y;
        }
    });
}

TEST(KernelArithmetic, NarrowTypes) {
    over_floats([](float magnitude) {
        for (const float x : {magnitude, -magnitude}) {
            const uint32_t sign = std::signbit(x) ? 0x8000 : 0;
            ASSERT_EQ(kernels::bf16_of(x) & 0x7FFF,
                      convert_fp32(Fp32::from_float(x), OutputType::bf16) & 0x7FFF)
                << x;
            ASSERT_EQ(kernels::f16_of(x) & 0x7FFF,
                      convert_fp32(Fp32::from_float(x), OutputType::f16) & 0x7FFF)
                << x;
            ASSERT_EQ(kernels::f16_of(x) & 0x8000, sign) << x;
        }
    });
}

} // namespace
} // namespace fp4::test
