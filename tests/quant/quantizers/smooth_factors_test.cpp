#include "fp4/quant/quantizers/smooth_factors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "fp4/quant/quantizers/awq.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "fp4/quant/quantizers/encode_group.hpp"
#include "fp4/quant/quantizers/smoothquant.hpp"
#include "random_tensors.hpp"

namespace fp4::quant {
namespace {

using test::Random;

const Scheme weights_only{.weights = Side{}}, both_sides{.weights = Side{}, .activations = Side{}},
    razer{.weights = Side{Format::razer_w, Encoder::razer_paper},
          .activations = Side{Format::razer_a, Encoder::razer_paper}};

struct Group {
    std::array<Tensor, 2> weights;
    Tensor x;
};

// Two channels of large inputs, one of none.
Group outlier_group(uint64_t seed) {
    Random random(seed);
    Group group{{random.normal({24, 64}), random.normal({16, 64}) * 0.5}, random.normal({128, 64})};
    group.x.select(1, 5).mul_(40);
    group.x.select(1, 40).mul_(15);
    group.x.select(1, 9).zero_();
    return group;
}

double ones_error(const Group& group, const Scheme& scheme) {
    return *output_error(group.weights, group.x, torch::ones({64}), scheme);
}

TEST(OutputError, IsThatOfTheEncodedGroup) {
    const Group group = outlier_group(30);
    const Tensor factors = torch::linspace(0.5, 2, 64);
    const std::array scaled{group.weights[0] * factors, group.weights[1] * factors};
    const auto w = encode_group(scaled, *razer.weights, razer);
    const Tensor x = group.x / factors;
    const auto inputs = encode_group({&x, 1}, *razer.activations, razer);
    const Tensor x_q = dequantized(inputs->members[0])->to(torch::kFloat64);
    double sum = 0;
    for (size_t i = 0; i < 2; ++i) {
        const Tensor exact =
            torch::linear(group.x.to(torch::kFloat64), group.weights[i].to(torch::kFloat64));
        sum += (exact - torch::linear(x_q, dequantized(w->members[i])->to(torch::kFloat64)))
                   .square()
                   .sum()
                   .item<double>();
    }
    const auto found = output_error(group.weights, group.x, factors, razer);
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, sum / (128 * 40), 1e-4 * *found); // binary32 products against binary64
    EXPECT_EQ(*output_error(group.weights, group.x, torch::ones({64}), {}), 0);
}

TEST(Awq, FactorsAreThoseOfTheFormula) {
    const Group group = outlier_group(31);
    for (const Scheme* scheme : {&weights_only, &both_sides, &razer}) {
        const auto found = awq_factors(group.weights, group.x, *scheme);
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_NEAR(found->exponent * 19, std::round(found->exponent * 19), 1e-9);
        std::array<double, 64> c{};
        double largest = 0, smallest = INFINITY;
        for (int64_t j = 0; j < 64; ++j) {
            const double mean =
                group.x.select(1, j).abs().to(torch::kFloat64).mean().item<double>();
            if (mean == 0) continue;
            c[static_cast<size_t>(j)] = std::pow(mean, found->exponent);
            largest = std::max(largest, c[static_cast<size_t>(j)]),
            smallest = std::min(smallest, c[static_cast<size_t>(j)]);
        }
        for (int64_t j = 0; j < 64; ++j) {
            const double expected =
                j == 9 ? 1.0 : c[static_cast<size_t>(j)] / std::sqrt(largest * smallest);
            EXPECT_NEAR(found->factors[j].item<float>(), expected, 1e-6 * expected) << j;
        }
        EXPECT_EQ(found->error, *output_error(group.weights, group.x, found->factors, *scheme));
        EXPECT_LT(found->error,
                  0.8 * ones_error(
                            group,
                            *scheme)); // a = 0 is among the candidates; outliers leave much to gain
        EXPECT_GT(found->exponent, 0);
    }
}

TEST(SmoothQuant, FactorsAreThoseOfTheFormula) {
    const Group group = outlier_group(32);
    group.weights[0].select(1, 20).zero_();
    group.weights[1].select(1, 20).zero_();
    std::vector<Tensor> tried;
    const auto found = smoothquant_factors(group.weights, group.x, both_sides,
                                           [&](const Tensor& c) { return tried.push_back(c), c; });
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(tried.size(), 11u);
    for (size_t i = 0; i < tried.size(); ++i)
        for (int64_t j = 0; j < 64; ++j) {
            const auto largest = [&](const Tensor& t) {
                return t.select(1, j).abs().max().item<double>();
            };
            const double a = static_cast<double>(i) / 10,
                         w_max = std::max(largest(group.weights[0]), largest(group.weights[1]));
            const double expected =
                j == 9 || j == 20 ? 1.0 : std::pow(largest(group.x), a) / std::pow(w_max, 1 - a);
            EXPECT_NEAR(tried[i][j].item<float>(), expected, 1e-6 * expected) << a << " " << j;
        }
    EXPECT_TRUE(torch::equal(found->factors,
                             tried[static_cast<size_t>(std::lround(found->exponent * 10))]));
    EXPECT_EQ(found->error, *output_error(group.weights, group.x, found->factors, both_sides));
    EXPECT_LT(found->error, ones_error(group, both_sides));
}

// No other exponent of the grid has a smaller error, and the factors judged are the shared ones.
TEST(BestFactors, LeastErrorOfSharedFactors) {
    const Group group = outlier_group(33);
    const std::array exponents{0.0, 0.25, 0.5, 0.75};
    const auto factors_of = [&](double a) { return (group.x.abs().amax(0) + 0.1).pow(a); };
    const ShareFactors share = [](const Tensor& c) {
        return c.view({-1, 2}).amax(1, true).expand({-1, 2}).reshape({-1});
    };
    const auto found =
        best_factors(group.weights, group.x, both_sides, exponents, factors_of, share);
    ASSERT_TRUE(found);
    EXPECT_TRUE(torch::equal(found->factors, share(factors_of(found->exponent))));
    for (const double a : exponents)
        EXPECT_LE(found->error,
                  *output_error(group.weights, group.x, share(factors_of(a)), both_sides))
            << a;
}

TEST(BestFactors, Errors) {
    const Group group = outlier_group(34);
    const auto found = awq_factors(group.weights, group.x * NAN, both_sides);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::not_finite);
}

TEST(Awq, AllInputsZero) {
    const Group group = outlier_group(35);
    const auto found = awq_factors(group.weights, torch::zeros({4, 64}), weights_only);
    ASSERT_TRUE(found);
    EXPECT_TRUE(torch::equal(found->factors, torch::ones({64})));
}

} // namespace
} // namespace fp4::quant
