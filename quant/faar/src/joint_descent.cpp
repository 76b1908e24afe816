#include "joint_descent.hpp"

#include "on_processor.hpp"

namespace fp4::quant {

JointDescent::JointDescent(const RoundingChoices& choices, const Tensor& v, const QuadraticLoss& loss, const Tensor& residual, const Tensor& gradient)
    : v_(on_processor(v, torch::kFloat).clone()), values_(on_processor(hardened_values(choices, v), torch::kDouble)),
      residual_(residual.defined() ? on_processor(residual, torch::kDouble).clone() : torch::zeros_like(values_)),
      gradient_(gradient.defined() ? on_processor(gradient, torch::kDouble) : Tensor()), moments_(on_processor(loss.moments, torch::kDouble)),
      curvature_(on_processor(loss.curvature, torch::kDouble)), low_(on_processor(choices.low, torch::kFloat)), up_(on_processor(choices.up, torch::kFloat)) {}

// Within a column half the gradient is kept up to date; of the other columns only the residual is.
uint64_t JointDescent::column(int64_t i) {
    const int64_t n = values_.size(0), k = values_.size(1);
    auto gradient = torch::mv(curvature_, residual_.select(1, i));
    if (gradient_.defined()) gradient += gradient_.select(1, i);
    double* at = gradient.data_ptr<double>();
    auto values = values_.accessor<double, 2>();
    auto v = v_.accessor<float, 2>();
    const auto low = low_.accessor<float, 2>(), up = up_.accessor<float, 2>();
    const double* s = moments_.data_ptr<double>() + i * k; // symmetric: a row is a column
    uint64_t flips = 0;
    for (int64_t row = 0; row < n; ++row) {
        if (low[row][i] == up[row][i]) continue;
        const bool is_up = v[row][i] >= 0.5F;
        const double step = static_cast<double>(is_up ? low[row][i] : up[row][i]) - values[row][i];
        const double* g = curvature_.data_ptr<double>() + row * n;
        if (step * (2 * at[row] + step * g[row] * s[i]) >= 0) continue;
        values[row][i] += step;
        v[row][i] = is_up ? 0 : 1;
        for (int64_t other = 0; other < n; ++other) at[other] += step * s[i] * g[other];
        double* residual = residual_.data_ptr<double>() + row * k;
        for (int64_t j = 0; j < k; ++j) residual[j] += step * s[j];
        ++flips;
    }
    return flips;
}

uint64_t JointDescent::pass() {
    const torch::NoGradGuard no_grad;
    uint64_t flips = 0;
    for (int64_t i = 0; i < values_.size(1); ++i) flips += column(i);
    return flips;
}

} // namespace fp4::quant
