// The vectors of a decoder layer under their names: its norms and the biases of its linears.
#pragma once
#include <string>
#include <vector>

#include "fp4/quant/model/decoder_layer.hpp"

namespace fp4::quant {

template <class TensorPointer>
struct LayerVector {
    std::string name;   // "q_norm", "q.bias"
    std::string tensor; // behind "model.layers.N.": "self_attn.q_norm.weight"
    TensorPointer values;
};

// All that a layer may have; those it lacks are undefined tensors.
std::vector<LayerVector<Tensor*>> vectors(LayerWeights& layer);
std::vector<LayerVector<const Tensor*>> vectors(const LayerWeights& layer);

} // namespace fp4::quant
