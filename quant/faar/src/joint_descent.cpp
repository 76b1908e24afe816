#include "joint_descent.hpp"

#include <algorithm>

#include "on_processor.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t batch = 64; // columns whose flips reach all others in one product

} // namespace

JointDescent::JointDescent(const RoundingChoices& choices, const Tensor& v,
                           const QuadraticLoss& loss, const Tensor& half_gradient)
    : v_(on_processor(v.t(), torch::kFloat).clone()),
      step_(on_processor((choices.up.to(torch::kDouble) - choices.low.to(torch::kDouble)).t(),
                         torch::kDouble)),
      half_gradient_(on_processor(half_gradient.t(), torch::kDouble).clone()),
      moments_(on_processor(loss.moments, torch::kDouble)),
      curvature_(on_processor(loss.curvature, torch::kDouble)) {}

// `half_gradient` of the column is kept up to date; `change`, zeros at first, becomes G times the
// column's changes.
uint64_t JointDescent::column(int64_t i, double* half_gradient, double* change) {
    const int64_t n = v_.size(1);
    float* v = v_.data_ptr<float>() + i * n;
    const double* gap = step_.data_ptr<double>() + i * n;
    const double own = moments_.data_ptr<double>()[i * moments_.size(1) + i];
    uint64_t flips = 0;
    for (int64_t row = 0; row < n; ++row) {
        const bool is_up = v[row] >= 0.5F;
        const double step = is_up ? -gap[row] : gap[row];
        const double* g = curvature_.data_ptr<double>() + row * n; // symmetric: a row is a column
        if (step * (2 * half_gradient[row] + step * g[row] * own) >= 0) continue;
        v[row] = is_up ? 0 : 1;
        for (int64_t other = 0; other < n; ++other) {
            half_gradient[other] += step * own * g[other];
            change[other] += step * g[other];
        }
        ++flips;
    }
    return flips;
}

// A column's flips change half the gradient of all others by the outer product of G times its
// changes and its moments. Columns of the same batch are told when their turn comes, the rest when
// the batch ends.
uint64_t JointDescent::pass() {
    const torch::NoGradGuard no_grad;
    const int64_t k = v_.size(0);
    uint64_t flips = 0;
    for (int64_t first = 0; first < k; first += batch) {
        const int64_t count = std::min(batch, k - first);
        const auto changes = torch::zeros({count, v_.size(1)}, torch::kDouble),
                   moments = moments_.narrow(1, first, count);
        uint64_t in_batch = 0;
        for (int64_t i = 0; i < count; ++i) {
            auto half_gradient = half_gradient_[first + i].clone();
            if (in_batch > 0)
                half_gradient.addmv_(changes.narrow(0, 0, i).t(),
                                     moments[first + i].narrow(0, 0, i));
            in_batch += column(first + i, half_gradient.data_ptr<double>(),
                               changes.data_ptr<double>() + i * v_.size(1));
        }
        if (in_batch > 0) half_gradient_.addmm_(moments, changes);
        flips += in_batch;
    }
    return flips;
}

} // namespace fp4::quant
