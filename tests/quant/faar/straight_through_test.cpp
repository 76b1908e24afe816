#include "fp4/quant/faar/straight_through.hpp"

#include "fp4/quant/quantizers/activations.hpp"
#include "random_tensors.hpp"
#include "rounded_model.hpp"

namespace fp4::quant {
namespace {

class StraightThroughOf : public testing::TestWithParam<Scheme> {};

TEST_P(StraightThroughOf, HasTheQuantizersValuesAndAGradientOfOneInside) {
    const auto scheme = GetParam();
    test::Random random(8);
    const float amax = 2;
    const auto scale = activation_scale(scheme, amax);
    auto x = random.normal({6, 64});
    x[0][0] = amax, x[0][1] = -amax, x[1][2] = 3 * amax, x[2][3] = -3 * amax, x[3][4] = 0;
    x.requires_grad_(true);
    const auto y = straight_through(x, scheme, scale);
    ASSERT_TRUE(y);
    EXPECT_TRUE(torch::equal(y->detach(), *fake_quantize(x.detach(), scheme, scale)));
    const auto weights = random.normal({6, 64});
    (*y * weights).sum().backward();
    const auto inside = x.detach().abs() <= amax * (1 + 1e-6);
    EXPECT_FALSE(inside.all().item<bool>());
    EXPECT_TRUE(torch::equal(x.grad(), torch::where(inside, weights, torch::zeros_like(weights))));
}

INSTANTIATE_TEST_SUITE_P(Formats, StraightThroughOf,
                         testing::Values(test::nvfp4_w4a4, test::razer_w4a4), [](const auto& each) {
                             return std::string(each.param.activations->format == Format::razer_a
                                                    ? "razer"
                                                    : "nvfp4");
                         });

TEST(StraightThrough, RefusesWhatIsNotFinite) {
    auto x = torch::ones({1, 16});
    x[0][3] = std::numeric_limits<float>::infinity();
    const auto y = straight_through(x, test::nvfp4_w4a4, activation_scale(test::nvfp4_w4a4, 1));
    ASSERT_FALSE(y);
    EXPECT_EQ(y.error().code, ErrorCode::not_finite);
}

} // namespace
} // namespace fp4::quant
