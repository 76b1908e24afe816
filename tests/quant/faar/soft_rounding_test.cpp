#include "fp4/quant/faar/soft_rounding.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "random_tensors.hpp"
#include "rounded_matrix.hpp"

namespace fp4::quant {
namespace {

using test::Random;
using test::rounded;

RoundingChoices some_choices() {
    Random random(5);
    auto w = random.normal({6, 32});
    w.slice(1, 0, 16).select(0, 2).zero_(); // a block without a choice
    const auto start = rounded(w, {Format::nvfp4, Encoder::nv});
    return *rounding_choices(w, start.packed, Encoder::nv, start.scale);
}

TEST(SoftRounding, SlidesFromTheLowerToTheUpperValue) {
    const auto choices = some_choices();
    const auto at = [&](double v, double beta) {
        return soft_values(choices, torch::full_like(choices.low, v), beta);
    };
    EXPECT_TRUE(torch::allclose(at(0.5, 7), (choices.low + choices.up) / 2));
    EXPECT_TRUE(torch::allclose(at(0, 200), choices.low));
    EXPECT_TRUE(torch::allclose(at(1, 200), choices.up));
    EXPECT_TRUE(
        torch::allclose(at(1, 5), choices.low + (choices.up - choices.low) / (1 + std::exp(-2.5))));
}

// E6 by finite differences of a loss that weighs every value differently.
TEST(SoftRounding, HasTheGradientOfItsValues) {
    const auto choices = some_choices();
    Random random(6);
    const auto weights = random.normal({6, 32}).to(torch::kDouble);
    const auto loss = [&](const Tensor& v) {
        return (soft_values(choices, v, 6).to(torch::kDouble) * weights).sum().item<double>();
    };
    const auto gradient =
        gradient_by_position(choices, choices.position.to(torch::kDouble), 6, weights);
    for (int64_t i = 0; i < 6 * 32; i += 17) {
        auto plus = choices.position.to(torch::kDouble).clone(), minus = plus.clone();
        plus.view({-1})[i] += 1e-4;
        minus.view({-1})[i] -= 1e-4;
        EXPECT_NEAR(gradient.reshape({-1})[i].item<double>(), (loss(plus) - loss(minus)) / 2e-4,
                    1e-5)
            << i;
    }
}

TEST(SoftRounding, PenalisesWhatIsUndecided) {
    const auto choices = some_choices();
    const auto at = [&](double v) { return torch::full_like(choices.low, v); };
    EXPECT_DOUBLE_EQ(rounding_loss(choices, at(0.5)).item<double>(), 1);
    EXPECT_DOUBLE_EQ(rounding_loss(choices, at(0)).item<double>(), 0);
    EXPECT_DOUBLE_EQ(rounding_loss(choices, at(1)).item<double>(), 0);
    EXPECT_NEAR(rounding_loss(choices, at(0.25)).item<double>(), 0.75, 1e-6);
    EXPECT_DOUBLE_EQ(undecided_share(choices, at(0.5)), 1);
    EXPECT_DOUBLE_EQ(undecided_share(choices, at(0.05)), 0);
    auto some = at(1);
    some.select(0, 0).fill_(0.94); // 32 of the 6 * 32 - 16 weights that have a choice
    EXPECT_NEAR(undecided_share(choices, some), 32.0 / 176, 1e-12);
}

} // namespace
} // namespace fp4::quant
