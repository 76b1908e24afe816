// Root mean square layer normalization.
#pragma once
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// x / sqrt(mean(x^2) + eps) * weight over the last dimension, in the type of x. weight: [last
// dimension of x].
Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps);

} // namespace fp4::quant
