#include "fp4/quant/faar/flip_roundings.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

namespace fp4::quant {
namespace {

// The rows of one matrix; `residual` is half the gradient of the loss by the row's values, kept up to date.
struct Row {
    double* residual;
    double* value;
    float* v;
    const float* low;
    const float* up;
};

// Changing value i by e changes the loss by e (2 residual_i + e S_ii).
uint64_t one_pass(const Row& row, const double* moments, int64_t k) {
    uint64_t flips = 0;
    for (int64_t i = 0; i < k; ++i) {
        if (row.low[i] == row.up[i]) continue;
        const bool is_up = row.v[i] >= 0.5F;
        const double step = static_cast<double>(is_up ? row.low[i] : row.up[i]) - row.value[i];
        if (step * (2 * row.residual[i] + step * moments[i * k + i]) >= 0) continue;
        row.value[i] += step;
        row.v[i] = is_up ? 0 : 1;
        const double* column = moments + i * k; // symmetric
        for (int64_t j = 0; j < k; ++j) row.residual[j] += step * column[j];
        ++flips;
    }
    return flips;
}

FlipResult flip_rows(const Tensor& w, const RoundingChoices& choices, const Tensor& v, const OutputLoss& loss, const FlipOptions& options) {
    FlipResult out{.v = (v >= 0.5).to(torch::kCPU, torch::kFloat).contiguous()};
    const auto values = hardened_values(choices, out.v).to(torch::kDouble).contiguous();
    const auto residual = loss.half_gradient(w.to(torch::kDouble), values).contiguous();
    const auto s = loss.moments().quantised.to(torch::kCPU).contiguous(), low = choices.low.to(torch::kCPU).contiguous(), up = choices.up.to(torch::kCPU).contiguous();
    const int64_t k = values.size(1);
    std::atomic<uint64_t> flips{0};
    std::atomic<int64_t> passes{0};
    at::parallel_for(0, values.size(0), 1, [&](int64_t first, int64_t end) {
        for (int64_t n = first; n < end; ++n) {
            const Row row{residual.data_ptr<double>() + n * k, values.data_ptr<double>() + n * k, out.v.data_ptr<float>() + n * k, low.data_ptr<float>() + n * k,
                          up.data_ptr<float>() + n * k};
            int64_t pass = 0;
            for (uint64_t flipped = 1; flipped > 0 && pass < options.max_passes; ++pass) flips += flipped = one_pass(row, s.data_ptr<double>(), k);
            for (int64_t most = passes; most < pass && !passes.compare_exchange_weak(most, pass);) {
            }
        }
    });
    out.flips = flips;
    out.passes = passes;
    return out;
}

// `residual` is half the gradient of the loss without its curvature, which is applied a column at a time. Row-major throughout.
class JointDescent {
  public:
    JointDescent(const Tensor& w, const RoundingChoices& choices, Tensor v, const OutputLoss& loss)
        : v_(std::move(v)), values_(hardened_values(choices, v_).to(torch::kDouble).contiguous()),
          residual_(OutputLoss(loss.moments()).half_gradient(w.to(torch::kDouble), values_).contiguous()),
          moments_(loss.moments().quantised.to(torch::kCPU).contiguous()), curvature_(loss.curvature().to(torch::kCPU).contiguous()),
          low_(choices.low.to(torch::kCPU).contiguous()), up_(choices.up.to(torch::kCPU).contiguous()) {}

    // Flips the weights of an input column, one after the other, where the loss falls.
    uint64_t column(int64_t i) {
        const int64_t n = values_.size(0), k = values_.size(1);
        auto gradient = torch::mv(curvature_, residual_.select(1, i)).contiguous();
        double* at = gradient.data_ptr<double>();
        auto values = values_.accessor<double, 2>();
        auto v = v_.accessor<float, 2>();
        const auto low = low_.accessor<float, 2>(), up = up_.accessor<float, 2>();
        const double* g = curvature_.data_ptr<double>();
        const double* s = moments_.data_ptr<double>() + i * k;
        uint64_t flips = 0;
        for (int64_t row = 0; row < n; ++row) {
            if (low[row][i] == up[row][i]) continue;
            const bool is_up = v[row][i] >= 0.5F;
            const double step = static_cast<double>(is_up ? low[row][i] : up[row][i]) - values[row][i];
            if (step * (2 * at[row] + step * g[row * n + row] * s[i]) >= 0) continue;
            values[row][i] += step;
            v[row][i] = is_up ? 0 : 1;
            for (int64_t other = 0; other < n; ++other) at[other] += step * s[i] * g[row * n + other];
            double* residual = residual_.data_ptr<double>() + row * k;
            for (int64_t j = 0; j < k; ++j) residual[j] += step * s[j];
            ++flips;
        }
        return flips;
    }

    const Tensor& v() const { return v_; }

  private:
    Tensor v_, values_, residual_, moments_, curvature_, low_, up_;
};

FlipResult flip_columns(const Tensor& w, const RoundingChoices& choices, const Tensor& v, const OutputLoss& loss, const FlipOptions& options) {
    JointDescent descent(w, choices, (v >= 0.5).to(torch::kCPU, torch::kFloat).contiguous(), loss);
    FlipResult out;
    for (uint64_t flipped = 1; flipped > 0 && out.passes < options.max_passes; ++out.passes) {
        flipped = 0;
        for (int64_t i = 0; i < w.size(1); ++i) flipped += descent.column(i);
        out.flips += flipped;
    }
    out.v = descent.v();
    return out;
}

} // namespace

FlipResult flip_roundings(const Tensor& w, const RoundingChoices& choices, const Tensor& v, const OutputLoss& loss, const FlipOptions& options) {
    const torch::NoGradGuard no_grad;
    return loss.curvature().defined() ? flip_columns(w, choices, v, loss, options) : flip_rows(w, choices, v, loss, options);
}

} // namespace fp4::quant
