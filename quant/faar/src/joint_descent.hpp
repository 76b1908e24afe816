// Coordinate descent on the roundings of a matrix under a quadratic loss that couples rows as well
// as columns.
#pragma once
#include "fp4/quant/faar/rounding_choices.hpp"

namespace fp4::quant {

// tr(G D S D^T) for changes D of the values, [N, K]; G and S symmetric.
struct QuadraticLoss {
    Tensor moments;   // S, [K, K]
    Tensor curvature; // G, [N, N]
};

class JointDescent {
  public:
    // v: hard roundings to start from; half_gradient: of the loss there by the values, [N, K].
    JointDescent(const RoundingChoices& choices, const Tensor& v, const QuadraticLoss& loss,
                 const Tensor& half_gradient);

    // Goes through the weights of every column in order and flips those whose flip lowers the loss;
    // how many it flipped. Costs N K^2, and N a flip.
    uint64_t pass();

    // [N, K] of 0 and 1.
    Tensor v() const { return v_.t().contiguous(); }

  private:
    uint64_t column(int64_t i, double* half_gradient, double* change);

    Tensor v_, step_, half_gradient_, moments_,
        curvature_; // on the processor; the first three by column, [K, N]
};

} // namespace fp4::quant
