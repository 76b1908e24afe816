#include "fp4/quant/faar/rescale_blocks.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "fp4/encode/encode_element.hpp"
#include "fp4/quant/faar/choose_scales.hpp"
#include "fp4/quant/faar/flip_roundings.hpp"
#include "rounded_layer.hpp"

namespace fp4::quant {
namespace {

using test::RoundedLayer;

const Side nvfp4{Format::nvfp4, Encoder::nv}, razer{Format::razer_w, Encoder::razer_paper};
constexpr double input_noise = 0.03;

struct Case {
    const char* name;
    Side side;
    bool curvature;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

class RescaleBlocksOf : public testing::TestWithParam<Case> {
  protected:
    RoundedLayer layer(int64_t n, int64_t k) const {
        return RoundedLayer(n, k, GetParam().side, input_noise, GetParam().curvature);
    }
    Result<RescaleResult> rescaled(const RoundedLayer& layer, const Tensor& v) const {
        return rescale_blocks(layer.w, layer.choices, v, GetParam().side.encoder, layer.scale,
                              layer.output_loss());
    }
};

double loss_of(const RoundedLayer& layer, const RescaleResult& made) {
    return layer.output_loss().value(layer.w, hardened_values(made.choices, made.v));
}

TEST_P(RescaleBlocksOf, LowersTheLoss) {
    const auto given = layer(24, 64);
    const auto flipped =
        flip_roundings(given.w, given.choices, given.choices.position, given.output_loss());
    const auto made = rescaled(given, flipped.v);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_GT(made->blocks, 0u);
    EXPECT_LT(loss_of(given, *made), given.loss(flipped.v));
    uint64_t changed = 0;
    for (size_t i = 0; i < made->choices.start.scales.size(); ++i)
        changed += made->choices.start.scales[i] != given.choices.start.scales[i];
    EXPECT_EQ(made->blocks, changed);
}

// What the last block of the last row has was chosen after everything else: no byte in reach of its
// old one, rounded to nearest, and no flip of a single weight is better.
TEST_P(RescaleBlocksOf, TakesTheBestByteAndRoundings) {
    const auto given = layer(6, 48);
    const auto made = rescaled(given, given.choices.position);
    ASSERT_TRUE(made);
    const double least = loss_of(given, *made);
    const auto values = hardened_values(made->choices, made->v);
    const auto loss_with = [&](const Tensor& block) {
        auto changed = values.clone();
        changed[5].narrow(0, 32, 16).copy_(block);
        return given.output_loss().value(given.w, changed);
    };
    const auto& side = GetParam().side;
    const ElementEncoder elements(side.encoder, side.format, given.scale,
                                  given.choices.start.specials);
    const double six = elements.value({7}, given.choices.start.scales.back());
    int tried = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const auto scale_byte = static_cast<uint8_t>(byte);
        const double ratio = elements.value({7}, scale_byte) / six;
        if (!(ratio >= 0.5 && ratio <= 2)) continue;
        auto nearest = torch::empty({16});
        for (int64_t i = 0; i < 16; ++i)
            nearest[i] = elements.value(
                elements.encode(given.w[5][32 + i].item<float>(), scale_byte), scale_byte);
        EXPECT_GE(loss_with(nearest), least * (1 - 1e-9)) << byte;
        ++tried;
    }
    EXPECT_GT(tried, 8);
    for (int64_t i = 0; i < 16; ++i) {
        auto flipped = values[5].narrow(0, 32, 16).clone();
        flipped[i] = (made->v[5][32 + i].item<float>() > 0 ? made->choices.low
                                                           : made->choices.up)[5][32 + i];
        EXPECT_GE(loss_with(flipped), least * (1 - 1e-9)) << i;
    }
}

TEST_P(RescaleBlocksOf, IsTheSameForAnyNumberOfThreads) {
    const auto given = layer(40, 48);
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const auto one = rescaled(given, given.choices.position);
    at::set_num_threads(3);
    const auto three = rescaled(given, given.choices.position);
    at::set_num_threads(threads);
    EXPECT_EQ(one->choices.start.scales, three->choices.start.scales);
    EXPECT_TRUE(torch::equal(one->v, three->v));
}

// The codes are those of neighbors under the new bytes, and their values those that the loss was
// computed of.
TEST_P(RescaleBlocksOf, GivesPlainCodes) {
    const auto given = layer(8, 32);
    const auto made = rescaled(given, given.choices.position);
    ASSERT_TRUE(made);
    const auto packed = hardened(made->choices, made->v);
    const auto& side = GetParam().side;
    const ElementEncoder elements(side.encoder, side.format, given.scale, packed.specials);
    const auto again = rounding_choices(given.w, packed, side.encoder, given.scale);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(torch::equal(hardened_values(*again, again->position),
                             hardened_values(made->choices, made->v)));
}

INSTANTIATE_TEST_SUITE_P(Formats, RescaleBlocksOf,
                         testing::Values(Case{"nvfp4", nvfp4, false},
                                         Case{"nvfp4_weighed_together", nvfp4, true},
                                         Case{"razer", razer, false},
                                         Case{"razer_weighed_together", razer, true}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(RescaleBlocks, LeaveBlocksOfZeros) {
    RoundedLayer layer(2, 32, nvfp4, input_noise);
    layer.w[0].narrow(0, 16, 16).zero_();
    const auto start = test::rounded(layer.w, nvfp4);
    layer.choices = *rounding_choices(layer.w, start.packed, nvfp4.encoder, start.scale);
    const auto made = rescale_blocks(layer.w, layer.choices, layer.choices.position, nvfp4.encoder,
                                     start.scale, layer.output_loss());
    ASSERT_TRUE(made);
    EXPECT_EQ(made->choices.start.scales[1], 0);
    EXPECT_EQ(
        hardened_values(made->choices, made->v)[0].narrow(0, 16, 16).abs().max().item<float>(), 0);
}

Result<RescaleResult> chosen(const RoundedLayer& layer, const Side& side,
                             const ScaleRecipe& recipe) {
    return choose_scales(layer.w, layer.choices, side.encoder, layer.scale, layer.output_loss(),
                         recipe);
}

// By the weights alone the criterion is that of golden's encoder `mse`.
TEST(ChooseScales, OfLeastSquaredErrorAreThoseOfTheEncoder) {
    const RoundedLayer layer(32, 64, nvfp4);
    const auto made = chosen(layer, nvfp4, {ScaleCriterion::weights, 0});
    ASSERT_TRUE(made);
    const auto wanted = test::rounded(layer.w, {Format::nvfp4, Encoder::mse});
    EXPECT_EQ(made->choices.start.scales, wanted.packed.scales);
    EXPECT_NE(made->choices.start.scales, layer.choices.start.scales);
}

TEST(ChooseScales, WeighInputsWhereAsked) {
    const RoundedLayer layer(32, 64, razer, input_noise);
    const auto by_weights = chosen(layer, razer, {ScaleCriterion::weights, 0}),
               by_inputs = chosen(layer, razer, {ScaleCriterion::inputs, 0});
    const auto weighed = [&](const RescaleResult& made) {
        const auto error = (layer.w - hardened_values(made.choices, made.v)).to(torch::kDouble);
        return (error * error * layer.moments.quantized.diagonal()).sum().item<double>();
    };
    EXPECT_LT(weighed(*by_inputs), weighed(*by_weights));
}

TEST(ChooseScales, LowerTheLossWithEveryRound) {
    const RoundedLayer layer(24, 64, razer, input_noise, true);
    double last = layer.loss(layer.choices.position);
    for (int64_t rounds = 1; rounds <= 3; ++rounds) {
        const auto made = chosen(layer, razer, {ScaleCriterion::encoder, rounds});
        const double loss = loss_of(layer, *made);
        EXPECT_LT(loss, last) << rounds;
        last = loss;
    }
}

TEST(ChooseScales, AreTheEncodersWithoutARecipe) {
    const RoundedLayer layer(8, 32, razer, input_noise);
    const auto made = chosen(layer, razer, {ScaleCriterion::encoder, 0});
    EXPECT_EQ(made->choices.start.scales, layer.choices.start.scales);
    EXPECT_EQ(made->blocks, 0u);
    EXPECT_TRUE(torch::equal(made->v, (layer.choices.position >= 0.5).to(torch::kFloat)));
}

} // namespace
} // namespace fp4::quant
