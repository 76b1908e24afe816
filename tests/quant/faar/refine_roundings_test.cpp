#include "fp4/quant/faar/refine_roundings.hpp"

#include "fp4/quant/faar/distillation_loss.hpp"
#include "fp4/quant/faar/rounding_choices.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

using test::Random;

struct Case {
    CausalLm model = test::small_llama(27);
    Tensor windows;
    std::vector<LayerCurvature> curvature;

    Case() {
        Random random(28);
        windows = test::some_tokens(random, 160, 16);
        curvature = output_curvature(model, windows);
    }

    // Of a model's hard values on some windows, from nothing.
    double kl(const std::vector<QuantizedLayer>& layers, const Scheme& scheme,
              const Tensor& some) const {
        const auto rope = rope_table(model.config, some.size(1), torch::kFloat);
        auto x = torch::embedding(model.embed_tokens, some);
        for (size_t i = 0; i < layers.size(); ++i)
            x = decoder_layer(
                x, layers[i].plain, model.config, rope,
                [&](LinearGroup group, const Tensor& input) {
                    const auto quantized =
                        scheme.activations
                            ? *fake_quantize(input, scheme,
                                             layers[i].input_scale[static_cast<size_t>(group)])
                            : input;
                    std::vector<Tensor> outputs;
                    for (const LinearOp op : members(group))
                        outputs.push_back(torch::linear(
                            quantized, *dequantized(*layers[i].linears[static_cast<size_t>(op)])));
                    return outputs;
                });
        return distillation_loss(model, hidden_states(model, some), x, {}).kl;
    }
};

class RefineRoundingsOf : public testing::TestWithParam<Scheme> {};

TEST_P(RefineRoundingsOf, LowersTheDivergenceOfTheMeasuredWindows) {
    const Case each;
    const auto start = test::rounded(each.model, GetParam());
    std::vector<RefineRound> rounds;
    const auto end =
        refine_roundings(each.model, start, GetParam(), each.windows, each.curvature, {.rounds = 6},
                         [&](const RefineRound& round) { rounds.push_back(round); });
    ASSERT_TRUE(end) << end.error().message;
    ASSERT_EQ(rounds.size(), 6u);
    const auto measured = each.windows.narrow(0, 0, 40);
    const double before = each.kl(start, GetParam(), measured),
                 after = each.kl(*end, GetParam(), measured);
    EXPECT_NEAR(rounds[0].kl_before, before, 1e-5 * before);
    EXPECT_LT(after, before);
    double best = rounds[0].kl_before;
    for (const auto& round : rounds) {
        EXPECT_EQ(round.kept, round.kl_after < round.kl_before);
        EXPECT_NEAR(round.kl_before, best, 1e-9);
        if (round.kept) best = round.kl_after;
    }
    EXPECT_NEAR(best, after, 1e-5 * after) << "what was undone is not there";
    for (size_t layer = 0; layer < start.size(); ++layer)
        for (size_t linear = 0; linear < 7; ++linear)
            EXPECT_EQ(start[layer].linears[linear]->scales, (*end)[layer].linears[linear]->scales);
}

INSTANTIATE_TEST_SUITE_P(Schemes, RefineRoundingsOf,
                         testing::Values(test::nvfp4_w4a16, test::nvfp4_w4a4, test::razer_w4a4),
                         [](const auto& each) {
                             return std::string(each.param.weights->format == Format::razer_w
                                                    ? "razer"
                                                    : "nvfp4") +
                                    (each.param.activations ? "W4A4" : "W4A16");
                         });

TEST(RefineRoundings, ChangesNothingInNoRounds) {
    const Case each;
    const auto start = test::rounded(each.model, test::razer_w4a4);
    const auto end = refine_roundings(each.model, start, test::razer_w4a4, each.windows,
                                      each.curvature, {.rounds = 0});
    ASSERT_TRUE(end);
    for (size_t layer = 0; layer < start.size(); ++layer)
        for (size_t linear = 0; linear < 7; ++linear)
            EXPECT_EQ(start[layer].linears[linear]->codes, (*end)[layer].linears[linear]->codes);
}

TEST(RefineRoundings, RefusesWhatDoesNotFit) {
    const Case each;
    EXPECT_FALSE(
        refine_roundings(each.model, {}, test::nvfp4_w4a16, each.windows, each.curvature, {}));
    EXPECT_FALSE(refine_roundings(each.model, test::rounded(each.model, test::nvfp4_w4a16),
                                  test::nvfp4_w4a16, each.windows.narrow(0, 0, 1), each.curvature,
                                  {}));
}

} // namespace
} // namespace fp4::quant
