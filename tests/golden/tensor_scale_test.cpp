#include "fp4/encode/tensor_scale.hpp"

#include <gtest/gtest.h>

#include <cfloat>

#include "operands.hpp"
#include "slow_nvfp4.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr auto nvfp4 = Format::nvfp4;

TensorScale scale_of(Encoder encoder, float amax) { return tensor_scale_of(encoder, nvfp4, amax); }

TEST(TensorScaleOf, MultipliersAndDivisors) {
    for (Encoder encoder : {Encoder::nv, Encoder::modelopt, Encoder::torchao}) {
        EXPECT_EQ(scale_of(encoder, 3 * 2688.0f).multiplier.value, 3.0f);
        EXPECT_EQ(scale_of(encoder, 3 * 2688.0f).divisor.value, 1.0f / 3.0f);
    }
    for (Encoder encoder : {Encoder::te, Encoder::vllm, Encoder::fouroversix_6}) {
        EXPECT_EQ(scale_of(encoder, 896).divisor.value, 3.0f); // 2688 / 896
        EXPECT_EQ(scale_of(encoder, 896).multiplier.value, 1.0f / 3.0f);
    }
    for (Encoder encoder : {Encoder::ct, Encoder::ct_bf16})
        EXPECT_EQ(scale_of(encoder, 1024).divisor.value, 2.625f);
    EXPECT_EQ(scale_of(Encoder::fouroversix, 512).divisor.value, 3.0f); // 1536 / 512
    for (Encoder encoder : {Encoder::ggml, Encoder::ocp, Encoder::ocp_ceil, Encoder::ocp_even}) {
        const auto scale = tensor_scale_of(encoder, spec_of(encoder).format, 1e10f);
        EXPECT_EQ(scale.multiplier.value, 1.0f);
        EXPECT_EQ(scale.divisor.value, 1.0f);
    }
}

// 8601.6 lies 0.4 steps above 0x46066666; 2688 times the binary32 nearest to 3.2 lies 0.53 above.
TEST(TensorScaleOf, CtMultipliesByTheReciprocal) {
    EXPECT_EQ(std::bit_cast<uint32_t>(scale_of(Encoder::ct, 0.3125f).divisor.value), 0x46066667u);
    EXPECT_EQ(std::bit_cast<uint32_t>(scale_of(Encoder::te, 0.3125f).divisor.value), 0x46066666u);
}

// 1 / 0.3125 = 3.2 is 3.203125 in bfloat16, and 2688 times that 8610, which is 8640; the quotient
// 8601.6 would be 8576. 1 / 1.01 is 0.98828125 in bfloat16, and 2688 times that 2656.5.
TEST(TensorScaleOf, CtBf16RoundsReciprocalAndProduct) {
    EXPECT_EQ(scale_of(Encoder::ct_bf16, 0.3125f).divisor.value, 8640.0f);
    EXPECT_EQ(scale_of(Encoder::ct_bf16, 0.3125f).multiplier.value, 1.0f / 8640.0f);
    EXPECT_EQ(scale_of(Encoder::ct_bf16, 1.01f).divisor.value, 2656.0f);
}

// 2688 / 1e-36 overflows, and already the reciprocal of a subnormal; 2688 / 7.9059e-36 = 3.4e38
// does not, but its bfloat16 does.
TEST(TensorScaleOf, InfiniteDivisors) {
    for (Encoder encoder :
         {Encoder::te, Encoder::vllm, Encoder::fouroversix_6, Encoder::fouroversix})
        EXPECT_EQ(scale_of(encoder, 1e-36f).divisor.value, FLT_MAX);
    for (Encoder encoder : {Encoder::ct, Encoder::ct_bf16})
        for (float amax : {1e-36f, 0x1p-149f})
            EXPECT_EQ(scale_of(encoder, amax).divisor.value, 1.0f);
    EXPECT_EQ(scale_of(Encoder::ct, 7.9059e-36f).divisor.value, 2688.0f * (1.0f / 7.9059e-36f));
    EXPECT_EQ(scale_of(Encoder::ct_bf16, 7.9059e-36f).divisor.value, 1.0f);
}

TEST(TensorScaleOf, TinyMultipliersAre2ToTheMinus126) {
    for (Encoder encoder : {Encoder::nv, Encoder::modelopt, Encoder::torchao})
        for (float amax : {0x1p-149f, 0x1p-126f, 2688 * 0x1p-127f, 2688 * 0x1p-126f})
            EXPECT_EQ(scale_of(encoder, amax).multiplier.value, 0x1p-126f);
}

TEST(TensorScaleOf, AnAllZeroTensorHasOne) {
    for (size_t i = 0; i < encoder_specs.size(); ++i) {
        const auto scale = tensor_scale_of(static_cast<Encoder>(i), encoder_specs[i].format, 0);
        EXPECT_EQ(scale.multiplier.value, 1.0f) << encoder_specs[i].name;
        EXPECT_EQ(scale.divisor.value, 1.0f) << encoder_specs[i].name;
    }
}

TEST(TensorScaleOf, EveryAmaxAgreesWithTheSlowTwin) {
    Rng rng(230);
    for (int i = 0; i < 20000; ++i) {
        const float amax = std::bit_cast<float>(i % 8 ? rng.fp32_bits(-126, 127) & 0x7FFFFFFF
                                                      : rng.fp32_bits() & 0x7FFFFF);
        for (const EncoderSpec& spec : encoder_specs) {
            if (!spec.makes(nvfp4) || spec.kind == EncoderKind::sweep) continue;
            const auto scale = scale_of(*encoder_from_name(spec.name), amax);
            const float used = spec.tensor_scale.kind == TensorScaleKind::divisor
                                   ? scale.divisor.value
                                   : scale.multiplier.value;
            const float inverse = spec.tensor_scale.kind == TensorScaleKind::divisor
                                      ? scale.multiplier.value
                                      : scale.divisor.value;
            ASSERT_EQ(used, slow::tensor_number(spec.name, amax))
                << spec.name << " " << std::hexfloat << amax;
            ASSERT_EQ(inverse, 1.0f / used) << spec.name << " " << std::hexfloat << amax;
            ASSERT_EQ(scale.amax, amax);
        }
    }
}

// A given number stays as it is, its inverse is rounded once; the amax is that of the full range.
TEST(TensorScaleOf, GivenNumbers) {
    for (Encoder encoder : {Encoder::nv, Encoder::ct}) {
        const auto from_multiplier = tensor_scale_of(encoder, nvfp4, TensorMultiplier{3}),
                   from_divisor = tensor_scale_of(encoder, nvfp4, TensorDivisor{3});
        EXPECT_EQ(from_multiplier.multiplier.value, 3.0f);
        EXPECT_EQ(from_multiplier.divisor.value, 1.0f / 3.0f);
        EXPECT_EQ(from_multiplier.amax, 3 * 2688.0f);
        EXPECT_EQ(from_divisor.divisor.value, 3.0f);
        EXPECT_EQ(from_divisor.multiplier.value, 1.0f / 3.0f);
        EXPECT_EQ(from_divisor.amax, 896.0f);
    }
    EXPECT_EQ(tensor_scale_of(Encoder::fouroversix, nvfp4, TensorDivisor{3}).amax, 512.0f);
    EXPECT_EQ(tensor_scale_of(Encoder::razer_paper, Format::razer_w, TensorMultiplier{2}).amax,
              336.0f);
    EXPECT_EQ(tensor_scale_of(Encoder::razer_paper, Format::razer_w, TensorMultiplier{2}, 30).amax,
              360.0f);
    EXPECT_EQ(tensor_scale_of(Encoder::razer_paper, Format::razer_a, TensorMultiplier{2}, 30).amax,
              5376.0f);
}

TEST(TensorScaleFor, FormatsWithoutAnEncoderHaveOne) {
    for (Format format : {Format::mxfp4, Format::razer_cuda, Format::rzr4})
        EXPECT_EQ(tensor_scale_for(format, 100.0f), 1.0f);
}

// 0x3F80 and 0x3F81 are neighbors in bfloat16; halfway goes to the even one.
TEST(RoundToBf16, NearestTiesToEven) {
    EXPECT_EQ(round_to_bf16(1 + 0x1p-8f), 1.0f);
    EXPECT_EQ(round_to_bf16(1 + 0x1p-8f + 0x1p-23f), 1 + 0x1p-7f);
    EXPECT_EQ(round_to_bf16(-1 - 3 * 0x1p-8f), -1 - 0x1p-6f);
    EXPECT_EQ(round_to_bf16(FLT_MAX), INFINITY);
    EXPECT_EQ(round_to_bf16(-FLT_MAX), -INFINITY);
    EXPECT_TRUE(std::signbit(round_to_bf16(-0.0f)));
    Rng rng(231);
    for (int i = 0; i < 20000; ++i) {
        const uint32_t bits = rng.fp32_bits(-126, 127);
        ASSERT_EQ(round_to_bf16(std::bit_cast<float>(bits)),
                  slow::to_bf16(std::bit_cast<float>(bits)))
            << hex(bits);
    }
}

} // namespace
} // namespace fp4
