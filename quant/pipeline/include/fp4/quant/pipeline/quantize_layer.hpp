// One layer through a quantizer.
#pragma once
#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

// Streams at the layer's input; those that the quantizer does not need may be empty. `weights` are
// layer `index`'s own, float32. Errors: those of the quantizer's steps, inputs that are not finite.
Result<QuantizedLayer> quantize_layer(const LayerWeights& weights, size_t index,
                                      Quantizer& quantizer, const DecoderConfig& config,
                                      const RopeTable& rope, const ResidualStream& reference,
                                      const ResidualStream& quantized);

} // namespace fp4::quant
