#include "fp4/quant/faar/projected_adam.hpp"

#include <cmath>

namespace fp4::quant {
namespace {

constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

} // namespace

void ProjectedAdam::step(Tensor& v, const Tensor& gradient, double learning_rate) {
    ++steps_;
    if (!mean_.defined()) mean_ = torch::zeros_like(v), square_ = torch::zeros_like(v);
    mean_.mul_(beta1).add_(gradient, 1 - beta1);
    square_.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
    const auto steps = static_cast<double>(steps_);
    const double mean_scale = 1 / (1 - std::pow(beta1, steps)),
                 square_scale = 1 / (1 - std::pow(beta2, steps));
    v.addcdiv_(mean_, (square_ * square_scale).sqrt_().add_(epsilon), -learning_rate * mean_scale)
        .clamp_(0, 1);
}

void ProjectedAdam::restore(Tensor mean, Tensor square, int64_t steps) {
    mean_ = std::move(mean);
    square_ = std::move(square);
    steps_ = steps;
}

} // namespace fp4::quant
