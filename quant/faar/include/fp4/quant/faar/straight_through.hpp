// Activations through their quantizer in a pass that is differentiated.
#pragma once
#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/quant/model/tensor.hpp"
#include "fp4/result.hpp"
#include "fp4/encode/tensor_scale.hpp"

namespace fp4::quant {

// The values of fake_quantize(); the gradient passes as if they were x where |x| is at most the
// largest value under the static scale, and is zero beyond. No gradient reaches the scale. x: [...,
// K]; `scheme` has activations. Errors: those of fake_quantize().
Result<Tensor> straight_through(const Tensor& x, const Scheme& scheme, const TensorScale& scale);

} // namespace fp4::quant
