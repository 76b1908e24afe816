#include "fp4/quant/faar/projected_adam.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "random_tensors.hpp"

namespace fp4::quant {
namespace {

// Adam by loops, then the cut to 0 .. 1.
struct PlainAdam {
    std::vector<double> v, mean, square;
    int steps = 0;

    void step(const Tensor& gradient, double rate) {
        ++steps;
        for (size_t i = 0; i < v.size(); ++i) {
            const double g = gradient.view(-1)[static_cast<int64_t>(i)].item<double>();
            mean[i] = 0.9 * mean[i] + 0.1 * g;
            square[i] = 0.999 * square[i] + 0.001 * g * g;
            const double unbiased = mean[i] / (1 - std::pow(0.9, steps)),
                         spread = std::sqrt(square[i] / (1 - std::pow(0.999, steps)));
            v[i] = std::min(1.0, std::max(0.0, v[i] - rate * unbiased / (spread + 1e-8)));
        }
    }
};

TEST(ProjectedAdam, IsThatOfPlainLoops) {
    test::Random random(3);
    auto v = torch::full({4, 5}, 0.5);
    PlainAdam plain{std::vector<double>(20, 0.5), std::vector<double>(20, 0),
                    std::vector<double>(20, 0)};
    ProjectedAdam adam;
    for (int step = 0; step < 30; ++step) {
        const auto gradient = random.normal({4, 5}) + 0.5;
        adam.step(v, gradient, 0.05);
        plain.step(gradient, 0.05);
    }
    bool cut = false;
    for (size_t i = 0; i < 20; ++i) {
        EXPECT_NEAR(v.view(-1)[static_cast<int64_t>(i)].item<double>(), plain.v[i], 1e-5);
        cut |= plain.v[i] == 0;
    }
    EXPECT_TRUE(cut) << "nothing reached the end of its interval";
}

TEST(ProjectedAdam, GoesOnFromWhatItWas) {
    test::Random random(4);
    ProjectedAdam adam, other;
    auto v = torch::full({6}, 0.4);
    for (int step = 0; step < 3; ++step) adam.step(v, random.normal({6}), 0.01);
    auto u = v.clone();
    other.restore(adam.mean().clone(), adam.square().clone(), 3);
    for (int step = 0; step < 3; ++step) {
        const auto gradient = random.normal({6});
        adam.step(v, gradient, 0.01);
        other.step(u, gradient, 0.01);
    }
    EXPECT_TRUE(torch::equal(u, v));
}

} // namespace
} // namespace fp4::quant
