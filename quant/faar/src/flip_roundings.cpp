#include "fp4/quant/faar/flip_roundings.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

#include "joint_descent.hpp"
#include "on_processor.hpp"

namespace fp4::quant {
namespace {

// The rows of one matrix; `residual` is half the gradient of the loss by the row's values, kept up
// to date.
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

FlipResult flip_rows(const Tensor& w, const RoundingChoices& choices, const Tensor& v,
                     const OutputLoss& loss, const FlipOptions& options) {
    FlipResult out{.v = on_processor(v >= 0.5, torch::kFloat)};
    auto values = hardened_values(choices, out.v).to(torch::kDouble);
    const auto residual =
        on_processor(loss.half_gradient(w.to(torch::kDouble), values), torch::kDouble);
    values = on_processor(values, torch::kDouble);
    const auto s = on_processor(loss.moments().quantized, torch::kDouble),
               low = on_processor(choices.low, torch::kFloat),
               up = on_processor(choices.up, torch::kFloat);
    const int64_t k = values.size(1);
    std::atomic<uint64_t> flips{0};
    std::atomic<int64_t> passes{0};
    at::parallel_for(0, values.size(0), 1, [&](int64_t first, int64_t end) {
        for (int64_t n = first; n < end; ++n) {
            const Row row{residual.data_ptr<double>() + n * k, values.data_ptr<double>() + n * k,
                          out.v.data_ptr<float>() + n * k, low.data_ptr<float>() + n * k,
                          up.data_ptr<float>() + n * k};
            int64_t pass = 0;
            for (uint64_t flipped = 1; flipped > 0 && pass < options.max_passes; ++pass)
                flips += flipped = one_pass(row, s.data_ptr<double>(), k);
            for (int64_t most = passes; most < pass && !passes.compare_exchange_weak(most, pass);) {
            }
        }
    });
    out.flips = flips;
    out.passes = passes;
    return out;
}

FlipResult flip_columns(const Tensor& w, const RoundingChoices& choices, const Tensor& v,
                        const OutputLoss& loss, const FlipOptions& options) {
    const auto start = on_processor(v >= 0.5, torch::kFloat);
    const auto values = hardened_values(choices, start).to(torch::kDouble);
    JointDescent descent(choices, start, {loss.moments().quantized, loss.curvature()},
                         loss.half_gradient(w.to(torch::kDouble), values));
    FlipResult out;
    for (uint64_t flipped = 1; flipped > 0 && out.passes < options.max_passes; ++out.passes)
        out.flips += flipped = descent.pass();
    out.v = descent.v();
    return out;
}

} // namespace

FlipResult flip_roundings(const Tensor& w, const RoundingChoices& choices, const Tensor& v,
                          const OutputLoss& loss, const FlipOptions& options) {
    const torch::NoGradGuard no_grad;
    auto out = loss.curvature().defined() ? flip_columns(w, choices, v, loss, options)
                                          : flip_rows(w, choices, v, loss, options);
    out.v = out.v.to(w.device());
    return out;
}

} // namespace fp4::quant
