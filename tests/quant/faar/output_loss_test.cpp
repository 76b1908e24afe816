#include "fp4/quant/faar/output_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

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
        for (int64_t first = 0; first < 96; first += 40)
            moments.add(x.slice(0, first, first + 40), x_q.slice(0, first, first + 40));
    }

    // The errors of all outputs by plain loops in double, [96, 8].
    std::vector<std::vector<double>> errors(const Tensor& values) const {
        std::vector<std::vector<double>> out(96, std::vector<double>(8, 0));
        for (int64_t row = 0; row < 96; ++row)
            for (int64_t n = 0; n < 8; ++n)
                for (int64_t k = 0; k < 32; ++k)
                    out[static_cast<size_t>(row)][static_cast<size_t>(n)] +=
                        x[row][k].item<double>() * w[n][k].item<double>() -
                        x_q[row][k].item<double>() * values[n][k].item<double>();
        return out;
    }

    double loss(const Tensor& values, const Tensor& curvature) const {
        double sum = 0;
        for (const auto& row : errors(values))
            for (int64_t a = 0; a < 8; ++a)
                for (int64_t b = 0; b < 8; ++b)
                    sum += row[static_cast<size_t>(a)] * curvature[a][b].item<double>() *
                           row[static_cast<size_t>(b)];
        return sum;
    }
};

Tensor some_curvature() {
    Random random(13);
    const auto half = random.normal({8, 5}).to(torch::kDouble);
    return torch::mm(half, half.t());
}

TEST(OutputLoss, IsThatOfTheOutputs) {
    const Layer layer;
    const double wanted = layer.loss(layer.w_q, torch::eye(8, torch::kDouble));
    EXPECT_NEAR(OutputLoss(layer.moments).value(layer.w, layer.w_q), wanted, 1e-4 * wanted);
    EXPECT_NEAR(OutputLoss(layer.moments, torch::eye(8, torch::kDouble)).value(layer.w, layer.w_q),
                wanted, 1e-4 * wanted);
    const double weighted = layer.loss(layer.w_q, some_curvature());
    EXPECT_NEAR(OutputLoss(layer.moments, some_curvature()).value(layer.w, layer.w_q), weighted,
                1e-4 * weighted);
    EXPECT_GT(std::abs(weighted - wanted), 0.1 * wanted);
}

TEST(OutputLoss, HasItsGradient) {
    const Layer layer;
    for (const Tensor& curvature : {Tensor(), some_curvature()}) {
        const OutputLoss loss(layer.moments, curvature);
        const auto gradient = loss.half_gradient(layer.w, layer.w_q.to(torch::kDouble)) * 2;
        for (const auto& [n, k] : {std::pair<int64_t, int64_t>{0, 0}, {3, 10}, {7, 31}, {5, 2}}) {
            auto plus = layer.w_q.to(torch::kDouble).clone(), minus = plus.clone();
            plus[n][k] += 1e-3;
            minus[n][k] -= 1e-3;
            const double slope = (loss.value(layer.w, plus) - loss.value(layer.w, minus)) / 2e-3;
            EXPECT_NEAR(gradient[n][k].item<double>(), slope, 1e-6 * std::abs(slope) + 1e-4);
        }
    }
}

// A damped loss is the loss and a share of how far the values are from the weights.
TEST(InputMoments, CountDistancesWhenDamped) {
    const Layer layer;
    auto damped = layer.moments;
    damped.damp(0.25);
    const double ridge = 0.25 * layer.moments.plain.diagonal().mean().item<double>(),
                 apart = (layer.w - layer.w_q).square().sum().item<double>(),
                 wanted = OutputLoss(layer.moments).value(layer.w, layer.w_q) + ridge * apart;
    EXPECT_NEAR(OutputLoss(damped).value(layer.w, layer.w_q), wanted, 1e-6 * wanted);
    EXPECT_GT(ridge * apart, 0.01 * wanted);
}

TEST(InputMoments, AreOneMatrixWhereInputsStayAsTheyAre) {
    const Layer layer;
    InputMoments same, both;
    same.add(layer.x);
    both.add(layer.x, layer.x);
    EXPECT_TRUE(torch::equal(same.plain, both.cross));
    EXPECT_TRUE(torch::equal(same.quantized, both.quantized));
    EXPECT_NEAR(OutputLoss(same).value(layer.w, layer.w), 0,
                1e-6 * OutputLoss(same).value(layer.w, torch::zeros_like(layer.w)));
}

} // namespace
} // namespace fp4::quant
