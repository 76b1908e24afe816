#include "fp4/quant/faar/soft_rounding.hpp"

#include <algorithm>

namespace fp4::quant {
namespace {

Tensor gaps(const RoundingChoices& choices) { return choices.up - choices.low; }

double or_one(double count) { return std::max(1.0, count); }

} // namespace

Tensor soft_step(const Tensor& v, double beta) { return torch::sigmoid((v - 0.5) * beta); }

Tensor soft_values(const RoundingChoices& choices, const Tensor& v, double beta) {
    return choices.low + soft_step(v, beta) * gaps(choices);
}

Tensor gradient_by_position(const RoundingChoices& choices, const Tensor& v, double beta,
                            const Tensor& gradient_by_value) {
    const auto h = soft_step(v, beta);
    return gradient_by_value * gaps(choices) * (h * (1 - h) * beta);
}

double count_of_choices(const RoundingChoices& choices) {
    return (choices.up > choices.low).sum().item<double>();
}

Tensor rounding_loss(const RoundingChoices& choices, const Tensor& v) {
    const auto undecided = 1 - (v * 2 - 1).square();
    return (undecided * (choices.up > choices.low)).sum() / or_one(count_of_choices(choices));
}

double undecided_share(const RoundingChoices& choices, const Tensor& v) {
    const auto between = (v > 0.05).logical_and(v < 0.95).logical_and(choices.up > choices.low);
    return between.sum().item<double>() / or_one(count_of_choices(choices));
}

} // namespace fp4::quant
