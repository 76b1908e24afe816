#include "fp4/quant/faar/train_roundings.hpp"

#include <gtest/gtest.h>

#include "rounded_layer.hpp"

namespace fp4::quant {
namespace {

using test::RoundedLayer;

class TrainRoundingsOf : public testing::TestWithParam<Side> {};

TEST_P(TrainRoundingsOf, LowersTheLossAndDecides) {
    const RoundedLayer layer(24, 96, GetParam());
    RoundingRecipe recipe;
    recipe.schedule.steps = 600;
    int64_t told = 0;
    const auto trained = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe, [&](const RoundingStep&) { ++told; });
    EXPECT_EQ(told, static_cast<int64_t>(trained.curve.size()));
    EXPECT_EQ(trained.curve.back().step, 599);
    EXPECT_LE(trained.undecided, 0.03);
    EXPECT_LT(trained.loss_hardened, 0.95);
    EXPECT_LE(trained.loss, std::min(trained.loss_hardened, trained.loss_flipped));
    EXPECT_NEAR(trained.loss, layer.loss(trained.v) / layer.loss(layer.choices.position), 1e-9);
    EXPECT_TRUE(((trained.v == 0).logical_or(trained.v == 1)).all().item<bool>());
    EXPECT_TRUE(torch::equal(trained.v, train_roundings(layer.w, layer.choices, layer.output_loss(), recipe).v)) << "the same again";
}

INSTANTIATE_TEST_SUITE_P(Sides, TrainRoundingsOf, testing::Values(Side{Format::nvfp4, Encoder::nv}, Side{Format::razer_w, Encoder::razer_paper}),
                         [](const auto& side) { return std::string(side.param.format == Format::nvfp4 ? "nvfp4" : "razer"); });

TEST(TrainRoundings, NoStepsAreRoundingToNearest) {
    const RoundedLayer layer(24, 96, {Format::razer_w, Encoder::razer_paper});
    RoundingRecipe recipe{.flips = false};
    recipe.schedule.steps = 0;
    const auto none = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe);
    EXPECT_EQ(hardened(layer.choices, none.v).codes, layer.choices.start.codes);
    EXPECT_EQ(none.loss, 1);
    EXPECT_TRUE(none.curve.empty());
}

// The paper's equations under weak regularisation: soft losses that hardening does not keep, and never worse than where it began.
TEST(TrainRoundings, WeakRegularisationLosesItsGainAtHardening) {
    const RoundedLayer layer(24, 96, {Format::nvfp4, Encoder::nv});
    auto recipe = paper_recipe();
    recipe.schedule.steps = 600;
    const auto trained = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe);
    EXPECT_LT(trained.loss_soft, 0.5);
    EXPECT_GT(trained.loss_hardened, 2 * trained.loss_soft);
    EXPECT_LE(trained.loss, 1);
    EXPECT_EQ(trained.flips, 0u);
}

} // namespace
} // namespace fp4::quant
