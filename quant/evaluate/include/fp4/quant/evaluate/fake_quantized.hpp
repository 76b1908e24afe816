// Quantized layers in float32 arithmetic: weights and inputs are the values that their codes stand
// for.
#pragma once
#include <memory>

#include "fp4/quant/evaluate/layer_model.hpp"

namespace fp4::quant {

// An input that cannot be encoded ends the pass with an exception (fp4::quant::LinearFailed).
Result<LayerModel> fake_quantized(std::shared_ptr<const QuantizedLayer> layer,
                                  const Scheme& scheme);

} // namespace fp4::quant
