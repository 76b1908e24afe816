// Coordinate descent on the roundings of a matrix under a quadratic loss that couples rows as well as columns.
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
    // v: hard roundings to start from. Half the gradient of the loss there is G residual + gradient, [N, K] double each; an undefined one is zero.
    JointDescent(const RoundingChoices& choices, const Tensor& v, const QuadraticLoss& loss, const Tensor& residual, const Tensor& gradient);

    // Goes through the weights of every column in order and flips those whose flip lowers the loss; how many it flipped.
    uint64_t pass();

    // [N, K] of 0 and 1.
    const Tensor& v() const { return v_; }

  private:
    uint64_t column(int64_t i);

    Tensor v_, values_, residual_, gradient_, moments_, curvature_, low_, up_; // on the processor, in rows
};

} // namespace fp4::quant
