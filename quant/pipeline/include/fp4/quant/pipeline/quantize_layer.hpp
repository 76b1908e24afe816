// One layer through a scheme.
#pragma once
#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/pipeline/round_layer.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"

namespace fp4::quant {

// Whether a scheme folds per-channel factors into norms and other linears.
bool has_factors(const Scheme& scheme);

// Which residual streams a scheme looks at: that of the unquantized model (static activation
// scales, factors, FAAR), that behind the quantized layers before this one (GPTQ, FAAR). The others
// may be empty.
bool needs_reference_stream(const Scheme& scheme);
bool needs_quantized_stream(const Scheme& scheme);

// Streams at the layer's input. Folds, transforms, scales and encodes as the scheme says; `weights`
// are the layer's own, float32.
Result<QuantizedLayer> quantize_layer(const LayerWeights& weights, const DecoderConfig& config,
                                      const RopeTable& rope, const Scheme& scheme,
                                      const ResidualStream& reference,
                                      const ResidualStream& quantized, const FaarOptions& faar = {},
                                      size_t index = 0);

} // namespace fp4::quant
