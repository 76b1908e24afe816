// FAAR over a small model: both stages, from files to files.
#include "fp4/quant/pipeline/make_layers.hpp"

#include "child_process.hpp"
#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/faar/distillation_loss.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

Scheme faar(Scheme scheme) {
    scheme.method = Method::faar;
    return scheme;
}

struct Case {
    CausalLm model = test::small_llama(17);
    Tensor windows;
    FaarOptions options;

    Case() {
        test::Random random(18);
        windows = test::some_tokens(random, 16, 20);
        options.recipe.schedule.steps = 60;
    }

    Status stage1(const LayerFiles& files,
                  const std::function<Status(size_t)>& before_save = {}) const {
        ModelQuantizer quantizer(
            model, [&](size_t layer) -> Result<LayerWeights> { return model.layers[layer]; },
            files.scheme, windows, 8, options);
        return make_layers(quantizer, model.layers.size(), files, before_save);
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
    each.options.recipe.schedule.steps = 0;
    each.options.recipe.flips = false;
    const fp4::test::TemporaryFolder folder;
    const LayerFiles files{folder.path() / "faar", "f", faar(GetParam())},
        nearest{folder.path() / "rtn", "f", GetParam()};
    ASSERT_TRUE(each.stage1(files));
    ASSERT_TRUE(each.stage1(nearest));
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        EXPECT_EQ(fp4::test::read_file(files.path(layer)),
                  fp4::test::read_file(nearest.path(layer)));
}

TEST_P(FaarOf, BringsAModelNearerToItsReferenceStageByStage) {
    Case each;
    const fp4::test::TemporaryFolder folder;
    const auto scheme = faar(GetParam());
    const LayerFiles nearest{folder.path() / "rtn", "f", GetParam()},
        first{folder.path() / "1", "f", scheme}, second{folder.path() / "2", "g", scheme};
    each.options.curvature = output_curvature(each.model, each.windows);
    each.options.scales = {ScaleCriterion::inputs, 2};
    ASSERT_TRUE(each.stage1(nearest));
    ASSERT_TRUE(each.stage1(first));
    AlignmentWork work{.windows = each.windows};
    work.recipe.schedule = {.steps = 300,
                            .learning_rate = 2e-2,
                            .beta_start = 5,
                            .beta_end = 20,
                            .lambda_max = 300,
                            .lambda_start_share = 1e-4};
    work.recipe.commitment = 0, work.recipe.pull = 0.1;
    std::vector<int64_t> saved;
    work.before_save = [&](int64_t step, const AlignmentState&) -> Status {
        saved.push_back(step);
        return Done{};
    };
    ASSERT_TRUE(align_layers(each.model, first, second, work));
    EXPECT_EQ(saved, (std::vector<int64_t>{100, 200, 300}));
    const size_t layers = each.model.layers.size();
    const double rtn = each.kl(*nearest.load(layers), scheme),
                 stage1 = each.kl(*first.load(layers), scheme),
                 stage2 = each.kl(*second.load(layers), scheme);
    EXPECT_LT(stage1, rtn);
    EXPECT_LT(stage2, stage1);
    EXPECT_FALSE(std::filesystem::exists(second.folder / "alignment.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(Schemes, FaarOf,
                         testing::Values(test::nvfp4_w4a16, test::nvfp4_w4a4, test::razer_w4a4),
                         [](const auto& each) {
                             return std::string(each.param.weights->format == Format::razer_w
                                                    ? "razer"
                                                    : "nvfp4") +
                                    (each.param.activations ? "W4A4" : "W4A16");
                         });

TEST(MakeLayers, SayWhatBeginsBeforeStepsDo) {
    Case each;
    each.options.recipe.schedule.steps = 1;
    std::string said;
    each.options.on_begin = [&](LinearOp op, std::string_view what) {
        said += std::string(name_of(op)) + " " + std::string(what) + ", ";
    };
    each.options.on_step = [&](LinearOp op, const RoundingStep& step) {
        said += step.step == 0 ? std::string(name_of(op)) + ", " : "";
    };
    const fp4::test::TemporaryFolder folder;
    ASSERT_TRUE(each.stage1({folder.path() / "faar", "f", faar(test::nvfp4_w4a4)}));
    std::string expected;
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        expected +=
            "q moments, q scales, q, k scales, k, v scales, v, o moments, o scales, o, gate "
            "moments, gate scales, gate, up scales, up, down moments, down scales, down, ";
    EXPECT_EQ(said, expected);
}

// Whatever is there from an interrupted run is kept, and the rest comes out the same.
TEST(MakeLayers, GoOnWithTheSameBytes) {
    Case each;
    each.options.scales = {ScaleCriterion::inputs, 1};
    const fp4::test::TemporaryFolder folder;
    const auto scheme = faar(test::razer_w4a4);
    const LayerFiles whole{folder.path() / "whole", "f", scheme},
        part{folder.path() / "part", "f", scheme};
    ASSERT_TRUE(each.stage1(whole));
    const auto stop = [](size_t layer) -> Status {
        return layer == 1 ? Status(Error{ErrorCode::write_failed, "stop"}) : Done{};
    };
    ASSERT_FALSE(each.stage1(part, stop));
    EXPECT_FALSE(std::filesystem::exists(part.path(1)));
    size_t made = 0;
    ASSERT_TRUE(each.stage1(part, [&](size_t) -> Status {
        ++made;
        return Done{};
    }));
    EXPECT_EQ(made, each.model.layers.size() - 1);
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        EXPECT_EQ(fp4::test::read_file(whole.path(layer)), fp4::test::read_file(part.path(layer)));

    const LayerFiles whole2{folder.path() / "whole2", "g", scheme},
        part2{folder.path() / "part2", "g", scheme};
    AlignmentWork work{.windows = each.windows, .save_every = 5};
    work.recipe.schedule.steps = 12;
    work.refine = {.windows = 16, .options = {.rounds = 2}};
    ASSERT_TRUE(align_layers(each.model, whole, whole2, work));
    auto stopping = work;
    stopping.before_save = [](int64_t step, const AlignmentState&) -> Status {
        return step == 10 ? Status(Error{ErrorCode::write_failed, "stop"}) : Done{};
    };
    ASSERT_FALSE(align_layers(each.model, whole, part2, stopping));
    int64_t resumed = 0;
    work.on_resume = [&](int64_t step) { resumed = step; };
    ASSERT_TRUE(align_layers(each.model, whole, part2, work));
    EXPECT_EQ(resumed, 5);
    for (size_t layer = 0; layer < each.model.layers.size(); ++layer)
        EXPECT_EQ(fp4::test::read_file(whole2.path(layer)),
                  fp4::test::read_file(part2.path(layer)));
    const LayerFiles other{part.folder, "other", scheme};
    EXPECT_FALSE(each.stage1(other)) << "layers of other work";
}

} // namespace
} // namespace fp4::quant
