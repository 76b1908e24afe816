#include "fp4/quant/faar/flip_roundings.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "rounded_layer.hpp"

namespace fp4::quant {
namespace {

using test::RoundedLayer;

const Side razer{Format::razer_w, Encoder::razer_paper};
constexpr double input_noise = 0.03;

// No single weight can go over to its other value and lower the loss; every loss here is computed
// from nothing.
class FlipRoundingsWith : public testing::TestWithParam<bool> {};

TEST_P(FlipRoundingsWith, EndWhereNoFlipHelps) {
    const RoundedLayer layer(3, 80, razer, input_noise, GetParam());
    const auto result = flip_roundings(layer.w, layer.choices, layer.choices.position,
                                       layer.output_loss(), {.max_passes = 100});
    const double least = layer.loss(result.v);
    EXPECT_LT(least, layer.loss(layer.choices.position));
    EXPECT_GT(result.flips, 0u);
    EXPECT_LT(result.passes, 100);
    for (int64_t i = 0; i < layer.w.numel(); ++i) {
        auto other = result.v.clone();
        other.view({-1})[i] = 1 - other.view({-1})[i].item<float>();
        EXPECT_GE(layer.loss(other), least * (1 - 1e-9)) << i;
    }
}

// Every weight goes over where the loss, computed from nothing, says so; outputs by themselves row
// by row, together column by column.
TEST_P(FlipRoundingsWith, AreThoseOfAPlainLoop) {
    const RoundedLayer layer(5, 144, razer, input_noise, GetParam());
    auto v = (layer.choices.position >= 0.5).to(torch::kFloat);
    const int64_t rows = v.size(0), columns = v.size(1);
    uint64_t flips = 0;
    double least = layer.loss(v);
    for (int64_t i = 0; i < rows * columns; ++i) {
        auto weight = GetParam() ? v[i % rows][i / rows] : v[i / columns][i % columns];
        weight.neg_().add_(1);
        if (const double loss = layer.loss(v); loss < least) {
            least = loss;
            ++flips;
        } else {
            weight.neg_().add_(1);
        }
    }
    const auto result = flip_roundings(layer.w, layer.choices, layer.choices.position,
                                       layer.output_loss(), {.max_passes = 1});
    EXPECT_EQ(result.flips, flips);
    EXPECT_TRUE(torch::equal(result.v, v));
    EXPECT_GT(flips, 10u);
}

// A row of few weights against all of its roundings: not always the least, never below it, and
// never above where it began.
TEST(FlipRoundings, AreBoundedByTheBestOfAllRoundings) {
    const RoundedLayer layer(1, 16, {Format::nvfp4, Encoder::nv}, input_noise);
    const auto result =
        flip_roundings(layer.w, layer.choices, layer.choices.position, layer.output_loss());
    double least = layer.loss(layer.choices.position);
    for (int64_t bits = 0; bits < 1 << 16; bits += 1) {
        if (bits % 7) continue; // a seventh of them bounds it as well
        auto v = torch::empty({1, 16});
        for (int64_t i = 0; i < 16; ++i) v[0][i] = static_cast<float>(bits >> i & 1);
        least = std::min(least, layer.loss(v));
    }
    EXPECT_LE(layer.loss(result.v), layer.loss(layer.choices.position));
    EXPECT_LE(layer.loss(result.v), 1.3 * least);
}

TEST_P(FlipRoundingsWith, AreTheSameForAnyNumberOfThreads) {
    const RoundedLayer layer(40, 48, razer, input_noise, GetParam());
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const auto one =
        flip_roundings(layer.w, layer.choices, layer.choices.position, layer.output_loss());
    at::set_num_threads(3);
    const auto three =
        flip_roundings(layer.w, layer.choices, layer.choices.position, layer.output_loss());
    at::set_num_threads(threads);
    EXPECT_TRUE(torch::equal(one.v, three.v));
    EXPECT_EQ(one.flips, three.flips);
    EXPECT_EQ(one.passes, three.passes);
}

TEST_P(FlipRoundingsWith, StopWhenTold) {
    const RoundedLayer layer(8, 64, razer, input_noise, GetParam());
    EXPECT_EQ(flip_roundings(layer.w, layer.choices, layer.choices.position, layer.output_loss(),
                             {.max_passes = 0})
                  .flips,
              0u);
    EXPECT_EQ(flip_roundings(layer.w, layer.choices, layer.choices.position, layer.output_loss(),
                             {.max_passes = 1})
                  .passes,
              1);
}

INSTANTIATE_TEST_SUITE_P(Outputs, FlipRoundingsWith, testing::Bool(), [](const auto& each) {
    return each.param ? "WeighedTogether" : "ByThemselves";
});

// With equal weights for all outputs, both descents end at losses of the same size.
TEST(FlipRoundings, OfEqualOutputsAreThoseOfRowsByThemselves) {
    const RoundedLayer layer(16, 160, razer, input_noise);
    const auto rows = flip_roundings(layer.w, layer.choices, layer.choices.position,
                                     layer.output_loss(), {.max_passes = 100}),
               columns = flip_roundings(layer.w, layer.choices, layer.choices.position,
                                        OutputLoss(layer.moments, torch::eye(16, torch::kDouble)),
                                        {.max_passes = 100});
    EXPECT_TRUE(torch::equal(rows.v, columns.v))
        << "rows are independent, and each takes its columns in order";
}

} // namespace
} // namespace fp4::quant
