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
    const auto trained = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe,
                                         [&](const RoundingStep&) { ++told; });
    EXPECT_EQ(told, static_cast<int64_t>(trained.curve.size()));
    EXPECT_EQ(trained.curve.back().step, 599);
    EXPECT_LE(trained.undecided, 0.03);
    EXPECT_LT(trained.loss_hardened, 0.95);
    EXPECT_LE(trained.loss, std::min(trained.loss_hardened, trained.loss_flipped));
    EXPECT_NEAR(trained.loss, layer.loss(trained.v) / layer.loss(layer.choices.position), 1e-9);
    EXPECT_TRUE(((trained.v == 0).logical_or(trained.v == 1)).all().item<bool>());
    EXPECT_TRUE(torch::equal(
        trained.v, train_roundings(layer.w, layer.choices, layer.output_loss(), recipe).v))
        << "the same again";
}

INSTANTIATE_TEST_SUITE_P(Sides, TrainRoundingsOf,
                         testing::Values(Side{Format::nvfp4, Encoder::nv},
                                         Side{Format::razer_w, Encoder::razer_paper}),
                         [](const auto& side) {
                             return std::string(side.param.format == Format::nvfp4 ? "nvfp4"
                                                                                   : "razer");
                         });

TEST(TrainRoundings, NoStepsAreRoundingToNearest) {
    const RoundedLayer layer(24, 96, {Format::razer_w, Encoder::razer_paper});
    RoundingRecipe recipe{.flips = false};
    recipe.schedule.steps = 0;
    const auto none = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe);
    EXPECT_EQ(hardened(layer.choices, none.v).codes, layer.choices.start.codes);
    EXPECT_EQ(none.loss, 1);
    EXPECT_TRUE(none.curve.empty());
}

// The control: the shares are the positions, and nothing keeps it from being worse than rounding to
// nearest.
TEST(TrainRoundings, RandomRoundingsFollowThePositions) {
    const RoundedLayer layer(64, 96, {Format::nvfp4, Encoder::nv});
    const RoundingRecipe recipe{.schedule = {.steps = 0}, .flips = false, .random = true};
    const auto drawn = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe);
    EXPECT_GT(drawn.loss, 1.2);
    EXPECT_NEAR(drawn.loss, layer.loss(drawn.v) / layer.loss(layer.choices.position), 1e-9);
    const auto high = layer.choices.position > 0.6, low = layer.choices.position < 0.4;
    for (const auto& part : {high, low})
        EXPECT_NEAR(drawn.v.masked_select(part).mean().item<double>(),
                    layer.choices.position.masked_select(part).mean().item<double>(), 0.03);
    EXPECT_TRUE(torch::equal(
        drawn.v, train_roundings(layer.w, layer.choices, layer.output_loss(), recipe).v))
        << "the same again";
}

// Losses are over what they are told; the descent without training goes on from where scales left
// it.
TEST(TrainRoundings, GoOnFromWhereTheyAreTold) {
    const RoundedLayer layer(24, 96, {Format::nvfp4, Encoder::nv}, 0.03);
    RoundingRecipe recipe;
    recipe.schedule.steps = 0;
    const auto flipped = flip_roundings(layer.w, layer.choices, layer.choices.position,
                                        layer.output_loss(), {.max_passes = 100});
    const double nearest = layer.loss(layer.choices.position);
    const auto trained = train_roundings(layer.w, layer.choices, layer.output_loss(), recipe, {},
                                         {flipped.v, 2 * nearest});
    EXPECT_TRUE(torch::equal(trained.v, flipped.v));
    EXPECT_NEAR(trained.loss, layer.loss(flipped.v) / (2 * nearest), 1e-9);
}

// The paper's equations under weak regularization: soft losses that hardening does not keep, and
// never worse than where it began.
TEST(TrainRoundings, WeakRegularizationLosesItsGainAtHardening) {
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
