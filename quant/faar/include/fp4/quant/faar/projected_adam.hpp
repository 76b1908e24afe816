// The optimizer of roundings: Adam (0.9, 0.999) without weight decay, positions cut to 0 .. 1 after
// each step.
#pragma once
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

class ProjectedAdam {
  public:
    // v: any shape, the same at every call.
    void step(Tensor& v, const Tensor& gradient, double learning_rate);

    // What a resumed run goes on from, undefined before the first step; the number of steps is the
    // caller's to keep.
    const Tensor& mean() const { return mean_; }
    const Tensor& square() const { return square_; }
    void restore(Tensor mean, Tensor square, int64_t steps);

  private:
    Tensor mean_, square_;
    int64_t steps_ = 0;
};

} // namespace fp4::quant
