// Differences between hardware-true and fake-quantized passes on ref-llama, against counts taken
// here by plain loops.
#include "fp4/quant/evaluate/arithmetic_differences.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "ref_llama.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t windows = 2, positions = 24;

Tensor some_tokens() {
    return RefLlama::get().calibration.narrow(0, 0, windows).narrow(1, 0, positions);
}

ArithmeticDifferences differences(const Arithmetic& arithmetic, uint64_t windows_per_call = 16) {
    const auto scheme = scheme_of(*method_from_name("rtn"), Acts::w4a4);
    ListedLayers layers(scheme, ref_llama_layers(scheme));
    const auto found = arithmetic_differences(RefLlama::get().model, layers, arithmetic,
                                              some_tokens(), windows_per_call);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
}

// The first group reads the embeddings, where both passes agree; its outputs again, counted by
// hand.
TEST(ArithmeticDifferences, AreThoseOfTheOutputs) {
    const auto& model = RefLlama::get().model;
    const auto scheme = scheme_of(*method_from_name("rtn"), Acts::w4a4);
    const auto& layer = ref_llama_layers(scheme)[0];
    const auto x = torch::embedding(model.embed_tokens, some_tokens().to(torch::kLong));
    const auto input = x * torch::rsqrt(x.square().mean(-1, true) + model.config.rms_norm_eps) *
                       model.layers[0].input_layernorm;
    const auto hardware = hardware_true(layer, scheme, f13)->linears(LinearGroup::qkv, input),
               fake = fake_quantized(layer, scheme)->linears(LinearGroup::qkv, input);
    const auto found = differences(f13);
    ASSERT_EQ(found.ops.size(), 28u);
    ASSERT_EQ(found.inputs.size(), 16u);
    EXPECT_EQ(found.inputs[0].different_codes, 0u);
    EXPECT_EQ(found.inputs[0].codes, static_cast<uint64_t>(windows * positions * 256));
    EXPECT_EQ(found.inputs[0].block_scales, static_cast<uint64_t>(windows * positions * 16));
    for (size_t i = 0; i < 3; ++i) {
        const auto a = hardware[i].contiguous(), b = fake[i].contiguous();
        uint64_t different = 0, largest = 0;
        double largest_distance = 0, square = 0;
        for (int64_t at = 0; at < a.numel(); ++at) {
            float from = a.data_ptr<float>()[at];
            const float to = b.data_ptr<float>()[at];
            different += from != to;
            square += double{from} * double{from} / static_cast<double>(a.numel());
            largest_distance = std::max(largest_distance, std::abs(double{from} - double{to}));
            uint64_t steps = 0;
            if ((from < 0) == (to < 0) && std::abs(from - to) < 1e-2F * std::abs(from))
                for (; from != to; from = std::nextafter(from, to)) ++steps;
            largest = std::max(largest, steps);
        }
        EXPECT_EQ(found.ops[i].op, members(LinearGroup::qkv)[i]);
        EXPECT_EQ(found.ops[i].outputs, static_cast<uint64_t>(a.numel()));
        EXPECT_EQ(found.ops[i].different, different);
        EXPECT_GE(found.ops[i].largest_ulps, largest);
        EXPECT_LE(found.ops[i].largest_ulps_rms, largest);
        EXPECT_GT(found.ops[i].largest_ulps_rms, 0u);
        EXPECT_NEAR(found.ops[i].largest_relative, largest_distance / std::sqrt(square),
                    1e-6 * found.ops[i].largest_relative);
    }
}

// An accumulator of 13 bits is further away than one of 25, and what it changes grows with depth.
TEST(ArithmeticDifferences, TellAccumulatorsApart) {
    const auto narrow = differences(f13), wide = differences(nv_blackwell);
    for (size_t i = 0; i < narrow.ops.size(); ++i) {
        EXPECT_GT(narrow.ops[i].largest_relative, 1e-5) << i;
        EXPECT_LT(wide.ops[i].largest_relative, 1e-4) << i;
    }
    EXPECT_GT(narrow.inputs.back().different_codes, wide.inputs.back().different_codes);
    EXPECT_GT(narrow.inputs.back().different_codes, narrow.inputs[1].different_codes);
    EXPECT_GT(narrow.inputs.back().different_block_scales, 0u);
}

// Windows one by one or together: the same counts where sums of float32 do not depend on it.
TEST(ArithmeticDifferences, CountEveryWindow) {
    const auto together = differences(f13), apart = differences(f13, 1);
    for (size_t i = 0; i < together.inputs.size(); ++i) {
        EXPECT_EQ(together.inputs[i].codes, apart.inputs[i].codes);
        EXPECT_EQ(together.inputs[i].block_scales, apart.inputs[i].block_scales);
    }
    EXPECT_EQ(together.ops[0].outputs, apart.ops[0].outputs);
}

} // namespace
} // namespace fp4::quant
