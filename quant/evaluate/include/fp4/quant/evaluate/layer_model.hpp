// A decoder layer as it is run: its norms, and whatever computes its linears.
#pragma once
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct LayerModel {
    LayerWeights weights; // the norms are used
    GroupFunction linears;
};

// The layer in float32.
LayerModel reference_layer(LayerWeights weights);

} // namespace fp4::quant
