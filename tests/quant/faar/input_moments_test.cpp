#include "fp4/quant/faar/input_moments.hpp"

#include <gtest/gtest.h>

#include "random_tensors.hpp"

namespace fp4::quant {
namespace {

using test::Random;

struct Layer {
    Random random{3};
    Tensor x = test::correlated_inputs(random, 96, 32), x_q = x + 0.05 * random.normal({96, 32});
    Tensor w = random.normal({8, 32}), w_q = w + 0.1 * random.normal({8, 32});
    InputMoments moments;

    Layer() {
        for (int64_t first = 0; first < 96; first += 40) moments.add(x.slice(0, first, first + 40), x_q.slice(0, first, first + 40));
    }

    // The same loss from the outputs themselves, by plain loops in double.
    double loss(const Tensor& values) const {
        double sum = 0;
        for (int64_t row = 0; row < 96; ++row)
            for (int64_t n = 0; n < 8; ++n) {
                double difference = 0;
                for (int64_t k = 0; k < 32; ++k)
                    difference += x[row][k].item<double>() * w[n][k].item<double>() - x_q[row][k].item<double>() * values[n][k].item<double>();
                sum += difference * difference;
            }
        return sum;
    }
};

TEST(InputMoments, GiveTheLossOfTheOutputs) {
    const Layer layer;
    const double wanted = layer.loss(layer.w_q);
    EXPECT_NEAR(output_loss(layer.moments, layer.w, layer.w_q), wanted, 1e-4 * wanted);
}

TEST(InputMoments, GiveItsGradient) {
    const Layer layer;
    const auto gradient = half_gradient(layer.moments, layer.w, layer.w_q.to(torch::kDouble)) * 2;
    for (const auto& [n, k] : {std::pair<int64_t, int64_t>{0, 0}, {3, 10}, {7, 31}, {5, 2}}) {
        auto plus = layer.w_q.to(torch::kDouble).clone(), minus = plus.clone();
        plus[n][k] += 1e-3;
        minus[n][k] -= 1e-3;
        const double slope = (output_loss(layer.moments, layer.w, plus) - output_loss(layer.moments, layer.w, minus)) / 2e-3;
        EXPECT_NEAR(gradient[n][k].item<double>(), slope, 1e-6 * std::abs(slope) + 1e-4);
    }
}

TEST(InputMoments, AreOneMatrixWhereInputsStayAsTheyAre) {
    const Layer layer;
    InputMoments same, both;
    same.add(layer.x);
    both.add(layer.x, layer.x);
    EXPECT_TRUE(torch::equal(same.plain, both.cross));
    EXPECT_TRUE(torch::equal(same.quantised, both.quantised));
    EXPECT_NEAR(output_loss(same, layer.w, layer.w), 0, 1e-6 * output_loss(same, layer.w, torch::zeros_like(layer.w)));
}

} // namespace
} // namespace fp4::quant
