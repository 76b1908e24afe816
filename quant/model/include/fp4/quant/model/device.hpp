// Where tensors are computed: the processor, or a GPU of the LibTorch that was found. Golden's
// encoders and products run on the processor in any case.
#pragma once
#include <string_view>

#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// "cpu", "cuda" (the first GPU), or "auto": a GPU where there is one. bad_argument: another name,
// or a GPU where there is none.
Result<torch::Device> device_from_name(std::string_view name);

// Everything that is defined; tied embeddings stay one tensor.
LayerWeights to_device(LayerWeights weights, torch::Device device);
CausalLm to_device(CausalLm model, torch::Device device);

} // namespace fp4::quant
