// FAAR over a small model: both stages, from files to files.
#include "fp4/quant/pipeline/make_layers.hpp"

#include "child_process.hpp"
#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/faar/distillation_loss.hpp"
#include "fp4/quant/faar/faar_quantizer.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

// Ends stage 1 or stage 2 where it is told to, and counts layers.
struct Stopping : QuantizeProgress {
    std::optional<size_t> at_layer{};
    std::optional<int64_t> at_step{};
    std::vector<int64_t> reached{};
    int64_t resumed = 0;
    size_t layers = 0;

    Status layer_made(size_t layer) override {
        if (layer == at_layer) return Error{ErrorCode::write_failed, "stop"};
        ++layers;
        return Done{};
    }
    void alignment_resumed(int64_t step) override { resumed = step; }
    Status alignment_reached(int64_t step, const AlignmentState&) override {
        if (step == at_step) return Error{ErrorCode::write_failed, "stop"};
        reached.push_back(step);
        return Done{};
    }
};

struct Case {
    CausalLm model = test::small_llama(17);
    Tensor windows;
    FaarRecipe recipe{.curvature = false, .damp = 0, .scales = {ScaleCriterion::encoder, 0}};

    Case() {
        test::Random random(18);
        windows = test::some_tokens(random, 16, 20);
        recipe.stage1.schedule.steps = 60;
    }

    Status make(std::unique_ptr<Quantizer> by, const LayerFiles& files,
                QuantizeProgress& progress) const {
        auto quantizer = ModelQuantizer::make(std::move(by), model,
                                              std::make_shared<ModelLayers>(model), windows);
        if (!quantizer) return quantizer.error();
        return make_layers(*quantizer, model.layers.size(), files, progress);
    }
    Status nearest(const LayerFiles& files) const {
        return make(std::make_unique<Quantizer>(files.scheme), files, no_progress());
    }
    Status stage1(const LayerFiles& files, QuantizeProgress& progress = no_progress()) const {
        return make(std::make_unique<FaarQuantizer>(files.scheme, recipe, progress), files,
                    progress);
    }

    std::vector<QuantizedLayer> load(const LayerFiles& files) const {
        std::vector<QuantizedLayer> out;
        for (size_t layer = 0; layer < model.layers.size(); ++layer)
            out.push_back(*files.load(layer));
        return out;
    }

    double kl(const std::vector<QuantizedLayer>& layers, const Scheme& scheme) const {
        auto x = torch::embedding(model.embed_tokens, windows);
        const auto reference = hidden_states(model, windows);
        const auto rope = rope_table(model.config, windows.size(1), torch::kFloat);
        for (const auto& layer : layers) {
            const auto quantized =
                fake_quantized(std::make_shared<const QuantizedLayer>(layer), scheme);
            x = decoder_layer(x, quantized->weights, model.config, rope, quantized->linears);
        }
        return distillation_loss(model, reference, x, {}).kl;
    }
};

class FaarOf : public testing::TestWithParam<Scheme> {};

TEST_P(FaarOf, IsRoundingToNearestWithoutStepsAndFlips) {
    Case each;
    each.recipe.stage1.schedule.steps = 0;
    each.recipe.stage1.flips = false;
    const fp4::test::TemporaryFolder folder;
    const LayerFiles files{folder.path() / "faar", "f", GetParam()},
        nearest{folder.path() / "rtn", "f", GetParam()};
    ASSERT_TRUE(each.stage1(files));
    ASSERT_TRUE(each.nearest(nearest));
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        EXPECT_EQ(fp4::test::read_file(files.path(layer)),
                  fp4::test::read_file(nearest.path(layer)));
}

TEST_P(FaarOf, BringsAModelNearerToItsReferenceStageByStage) {
    Case each;
    const fp4::test::TemporaryFolder folder;
    const auto& scheme = GetParam();
    const LayerFiles nearest{folder.path() / "rtn", "f", GetParam()},
        first{folder.path() / "1", "f", scheme}, second{folder.path() / "2", "g", scheme};
    each.recipe.curvature = true;
    each.recipe.scales = {ScaleCriterion::inputs, 2};
    ASSERT_TRUE(each.nearest(nearest));
    ASSERT_TRUE(each.stage1(first));
    AlignmentWork work{.windows = each.windows};
    work.recipe.schedule = {.steps = 300,
                            .learning_rate = 2e-2,
                            .beta_start = 5,
                            .beta_end = 20,
                            .lambda_max = 300,
                            .lambda_start_share = 1e-4};
    work.recipe.commitment = 0, work.recipe.pull = 0.1;
    Stopping progress;
    ASSERT_TRUE(align_layers(each.model, first, second, work, progress));
    EXPECT_EQ(progress.reached, (std::vector<int64_t>{100, 200, 300}));
    const double rtn = each.kl(each.load(nearest), scheme),
                 stage1 = each.kl(each.load(first), scheme),
                 stage2 = each.kl(each.load(second), scheme);
    EXPECT_LT(stage1, rtn);
    EXPECT_LT(stage2, stage1);
    EXPECT_FALSE(std::filesystem::exists(second.folder / "alignment.safetensors"));
}

// Every format that FAAR takes, and weights alone in one.
std::vector<Scheme> faar_schemes() {
    std::vector<Scheme> out{test::nvfp4_w4a16};
    for (const NamedMethod& method : faar_methods)
        if (!method.aligned) out.push_back(scheme_of(method, Acts::w4a4));
    return out;
}

INSTANTIATE_TEST_SUITE_P(Schemes, FaarOf, testing::ValuesIn(faar_schemes()), [](const auto& each) {
    std::string name(spec_of(each.param.weights->format).name);
    std::ranges::replace(name, '-', '_');
    return name + (each.param.activations ? "_W4A4" : "_W4A16");
});

TEST(MakeLayers, SayWhatBeginsBeforeStepsDo) {
    Case each;
    each.recipe.stage1.schedule.steps = 1;
    struct Saying : QuantizeProgress {
        std::string said;

        void linear_begins(LinearOp op, std::string_view what) override {
            said += std::string(name_of(op)) + " " + std::string(what) + ", ";
        }
        void linear_step(LinearOp op, const RoundingStep& step) override {
            said += step.step == 0 ? std::string(name_of(op)) + ", " : "";
        }
    } progress;
    const fp4::test::TemporaryFolder folder;
    ASSERT_TRUE(each.stage1({folder.path() / "faar", "f", test::nvfp4_w4a4}, progress));
    std::string expected;
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        expected +=
            "q moments, q scales, q, k scales, k, v scales, v, o moments, o scales, o, gate "
            "moments, gate scales, gate, up scales, up, down moments, down scales, down, ";
    EXPECT_EQ(progress.said, expected);
}

// Whatever is there from an interrupted run is kept, and the rest comes out the same.
TEST(MakeLayers, GoOnWithTheSameBytes) {
    Case each;
    each.recipe.scales = {ScaleCriterion::inputs, 1};
    const fp4::test::TemporaryFolder folder;
    const auto& scheme = test::razer_w4a4;
    const LayerFiles whole{folder.path() / "whole", "f", scheme},
        part{folder.path() / "part", "f", scheme};
    ASSERT_TRUE(each.stage1(whole));
    Stopping stop;
    stop.at_layer = 1;
    ASSERT_FALSE(each.stage1(part, stop));
    EXPECT_FALSE(std::filesystem::exists(part.path(1)));
    Stopping counting;
    ASSERT_TRUE(each.stage1(part, counting));
    EXPECT_EQ(counting.layers, each.model.layers.size() - 1);
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        EXPECT_EQ(fp4::test::read_file(whole.path(layer)), fp4::test::read_file(part.path(layer)));

    const LayerFiles whole2{folder.path() / "whole2", "g", scheme},
        part2{folder.path() / "part2", "g", scheme};
    AlignmentWork work{.windows = each.windows, .save_every = 5};
    work.recipe.schedule.steps = 12;
    work.refine = {.windows = 16, .options = {.rounds = 2}};
    ASSERT_TRUE(align_layers(each.model, whole, whole2, work, no_progress()));
    Stopping stopping, resuming;
    stopping.at_step = 10;
    ASSERT_FALSE(align_layers(each.model, whole, part2, work, stopping));
    ASSERT_TRUE(align_layers(each.model, whole, part2, work, resuming));
    EXPECT_EQ(resuming.resumed, 5);
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        EXPECT_EQ(fp4::test::read_file(whole2.path(layer)),
                  fp4::test::read_file(part2.path(layer)));
    const LayerFiles other{part.folder, "other", scheme};
    EXPECT_FALSE(each.stage1(other)) << "layers of other work";
}

} // namespace
} // namespace fp4::quant
