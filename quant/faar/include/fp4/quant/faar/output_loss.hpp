// What stage 1 of FAAR lowers: the error of a linear's outputs, over a calibration set.
#pragma once
#include "fp4/quant/faar/input_moments.hpp"

namespace fp4::quant {

// tr(G E^T E) for the errors E = X W^T - X_q W_q^T; || E ||_F^2 without G. `moments` outlives this.
class OutputLoss {
  public:
    // curvature: G, [N, N] double, symmetric, not negative (output_curvature()); undefined: every
    // output by itself, weighing 1.
    explicit OutputLoss(const InputMoments& moments, Tensor curvature = {})
        : moments_(moments), curvature_(std::move(curvature)) {}

    const InputMoments& moments() const { return moments_; }
    const Tensor& curvature() const { return curvature_; }

    // w, w_q: [N, K]; computed in double.
    double value(const Tensor& w, const Tensor& w_q) const;

    // Half the gradient by w_q: G (W_q S_qq - W C^T), S_qq and C moments().quantized and
    // moments().cross; [N, K], in the type of w_q.
    Tensor half_gradient(const Tensor& w, const Tensor& w_q) const;

  private:
    const InputMoments& moments_;
    Tensor curvature_;
};

} // namespace fp4::quant
