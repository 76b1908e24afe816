#include "fp4/quant/faar/alignment.hpp"

#include <filesystem>
#include <fstream>

#include "child_process.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

using test::Random;

struct Case {
    CausalLm model = test::small_llama(7);
    Tensor windows;

    Case() {
        Random random(9);
        windows = test::some_tokens(random, 12, 24);
    }

    Alignment alignment(const Scheme& scheme, const AlignmentRecipe& recipe) const {
        auto made = Alignment::make(model, test::rounded(model, scheme), scheme, windows, recipe);
        EXPECT_TRUE(made) << made.error().message;
        return std::move(*made);
    }
};

AlignmentRecipe short_recipe(int64_t steps) {
    AlignmentRecipe recipe;
    recipe.schedule.steps = steps;
    recipe.schedule.learning_rate = 3e-2;
    recipe.batch_windows = 4;
    return recipe;
}

void train(Alignment& alignment, int64_t steps) {
    for (int64_t i = 0; i < steps; ++i) {
        const auto step = alignment.train_step();
        ASSERT_TRUE(step) << step.error().message;
    }
}

std::vector<uint8_t> codes(const Alignment& alignment) {
    std::vector<uint8_t> out;
    for (const auto& layer : alignment.hardened())
        for (const auto& linear : layer.linears)
            out.insert(out.end(), linear->codes.begin(), linear->codes.end());
    return out;
}

std::vector<uint8_t> codes(const std::vector<QuantizedLayer>& layers) {
    std::vector<uint8_t> out;
    for (const auto& layer : layers)
        for (const auto& linear : layer.linears)
            out.insert(out.end(), linear->codes.begin(), linear->codes.end());
    return out;
}

class AlignmentOf : public testing::TestWithParam<Scheme> {};

TEST_P(AlignmentOf, LeavesTheCodesAloneWithoutSteps) {
    const Case each;
    EXPECT_EQ(codes(each.alignment(GetParam(), short_recipe(10))),
              codes(test::rounded(each.model, GetParam())));
}

TEST_P(AlignmentOf, BringsThePredictionsNearerAndDecides) {
    const Case each;
    auto alignment = each.alignment(GetParam(), short_recipe(200));
    const auto first = alignment.train_step();
    ASSERT_TRUE(first);
    double last = 0;
    for (int64_t i = 1; i < 200; ++i) {
        const auto step = alignment.train_step();
        ASSERT_TRUE(step);
        if (i >= 190) last += step->kl / 10;
    }
    EXPECT_LT(last, first->kl);
    EXPECT_LT(alignment.state().undecided, 0.05);
    EXPECT_LT(alignment.state().rounding_loss, 0.05);
    EXPECT_NE(codes(alignment), codes(test::rounded(each.model, GetParam())));
    // Scales and tensor scales stay.
    const auto start = test::rounded(each.model, GetParam()), end = alignment.hardened();
    for (size_t i = 0; i < start.size(); ++i)
        for (size_t linear = 0; linear < SoftLayer::count; ++linear) {
            EXPECT_EQ(start[i].linears[linear]->scales, end[i].linears[linear]->scales);
            EXPECT_EQ(start[i].linears[linear]->tensor_scale.bits,
                      end[i].linears[linear]->tensor_scale.bits);
        }
}

TEST_P(AlignmentOf, GoesOnFromASnapshotWithTheSameBits) {
    const Case each;
    const fp4::test::TemporaryFolder folder;
    const auto path = folder.path() / "snapshot";
    auto whole = each.alignment(GetParam(), short_recipe(12)),
         begun = each.alignment(GetParam(), short_recipe(12)),
         resumed = each.alignment(GetParam(), short_recipe(12));
    train(whole, 12);
    train(begun, 5);
    ASSERT_TRUE(begun.save(path, "this"));
    train(resumed, 2); // whatever it did before
    ASSERT_TRUE(resumed.resume(path, "this"));
    EXPECT_EQ(resumed.step(), 5);
    train(resumed, 7);
    EXPECT_EQ(codes(whole), codes(resumed));
    EXPECT_EQ(whole.state().rounding_loss, resumed.state().rounding_loss);
}

INSTANTIATE_TEST_SUITE_P(Schemes, AlignmentOf,
                         testing::Values(test::nvfp4_w4a16, test::nvfp4_w4a4, test::razer_w4a4),
                         [](const auto& each) {
                             return std::string(each.param.weights->format == Format::razer_w
                                                    ? "razer"
                                                    : "nvfp4") +
                                    (each.param.activations ? "W4A4" : "W4A16");
                         });

AlignmentRecipe norms_recipe(int64_t steps) {
    auto recipe = short_recipe(steps);
    recipe.schedule = {.steps = steps, .learning_rate = 0, .beta_start = 40, .beta_end = 40};
    recipe.commitment = 1, recipe.pull = 0;
    recipe.norm_learning_rate = 1e-2;
    return recipe;
}

// With roundings held, the norms alone bring the model nearer; what comes out can be stored as it
// is.
TEST(Alignment, TrainsNorms) {
    const Case each;
    const Scheme scheme = test::nvfp4_w4a4;
    auto alignment = each.alignment(scheme, norms_recipe(80));
    double first = 0, last = 0;
    for (int64_t i = 0; i < 80; ++i) {
        const auto step = alignment.train_step();
        ASSERT_TRUE(step);
        if (i < 9) first += step->kl;
        if (i >= 71) last += step->kl;
    }
    EXPECT_LT(last, 0.95 * first);
    const auto start = test::rounded(each.model, scheme), end = alignment.hardened();
    EXPECT_EQ(codes(end), codes(start));
    for (size_t i = 0; i < start.size(); ++i)
        for (const auto norm :
             {&LayerWeights::input_layernorm, &LayerWeights::post_attention_layernorm}) {
            EXPECT_GT((end[i].plain.*norm - start[i].plain.*norm).abs().max().item<float>(), 1e-2);
            EXPECT_TRUE(torch::equal(end[i].plain.*norm,
                                     (end[i].plain.*norm).to(torch::kBFloat16).to(torch::kFloat)));
        }
}

TEST(Alignment, GoesOnWithNormsToo) {
    const Case each;
    const fp4::test::TemporaryFolder folder;
    auto whole = each.alignment(test::razer_w4a4, norms_recipe(6)),
         resumed = each.alignment(test::razer_w4a4, norms_recipe(6));
    train(whole, 3);
    ASSERT_TRUE(whole.save(folder.path() / "snapshot", "this"));
    train(whole, 3);
    ASSERT_TRUE(resumed.resume(folder.path() / "snapshot", "this"));
    train(resumed, 3);
    const auto a = whole.hardened(), b = resumed.hardened();
    for (size_t i = 0; i < a.size(); ++i)
        EXPECT_TRUE(torch::equal(a[i].plain.input_layernorm, b[i].plain.input_layernorm));
    auto without = each.alignment(test::razer_w4a4, short_recipe(6));
    train(without, 1);
    ASSERT_TRUE(without.save(folder.path() / "other", "this"));
    EXPECT_FALSE(resumed.resume(folder.path() / "other", "this")) << "a snapshot without norms";
}

TEST(Alignment, TakesEveryWindowBeforeAnyAgain) {
    const Case each;
    auto recipe = short_recipe(6);
    recipe.batch_windows = 4;
    const auto alignment = each.alignment(test::nvfp4_w4a16, recipe);
    for (const int64_t epoch : {0, 1}) {
        std::vector<Tensor> seen;
        for (int64_t step = 0; step < 3; ++step) seen.push_back(alignment.batch(3 * epoch + step));
        const auto all = std::get<0>(torch::sort(torch::cat(seen).sum(1))),
                   wanted = std::get<0>(torch::sort(each.windows.sum(1)));
        EXPECT_TRUE(torch::equal(all, wanted)) << epoch;
    }
    EXPECT_FALSE(torch::equal(alignment.batch(0), alignment.batch(3)));
    recipe.seed = 2;
    EXPECT_FALSE(
        torch::equal(alignment.batch(0), each.alignment(test::nvfp4_w4a16, recipe).batch(0)));
}

TEST(Alignment, RefusesOtherSnapshots) {
    const Case each;
    const fp4::test::TemporaryFolder folder;
    const auto path = folder.path() / "snapshot";
    auto alignment = each.alignment(test::nvfp4_w4a16, short_recipe(4));
    train(alignment, 1);
    ASSERT_TRUE(alignment.save(path, "this"));
    EXPECT_FALSE(alignment.resume(path, "that"));
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    EXPECT_FALSE(alignment.resume(path, "this"));
    EXPECT_EQ(alignment.step(), 1);
    EXPECT_FALSE(alignment.resume(folder.path() / "none", "this"));
}

TEST(Alignment, RefusesWhatItCannotTrain) {
    const Case each;
    const auto refused = [&](std::vector<QuantizedLayer> start, const Scheme& scheme,
                             const std::string& message) {
        const auto made =
            Alignment::make(each.model, std::move(start), scheme, each.windows, short_recipe(1));
        ASSERT_FALSE(made);
        EXPECT_NE(made.error().message.find(message), std::string::npos) << made.error().message;
    };
    auto start = test::rounded(each.model, test::nvfp4_w4a16);
    refused({}, test::nvfp4_w4a16, "a quantized layer for each");
    refused(start, {.activations = Side{Format::nvfp4, Encoder::nv}},
            "a scheme that quantizes weights");
    refused(start, test::nvfp4_w4a4, "every linear quantized");
    start[1].linears[3].reset();
    refused(start, test::nvfp4_w4a16, "every linear quantized");
}

} // namespace
} // namespace fp4::quant
