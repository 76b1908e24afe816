// Weights of a Hugging Face folder as tensors.
#pragma once
#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::quant {

// A BF16, F16 or F32 tensor of this shape, as float32. bad_file: missing or of another type.
// bad_shape: of another shape. not_finite: NaN or infinity.
Result<Tensor> load_tensor(const checkpoints::Checkpoint& checkpoint, const std::string& name,
                           const std::vector<uint64_t>& shape);

// The norms and biases of one decoder layer, float32; its linears are left undefined.
Result<LayerWeights> load_vectors(const checkpoints::Checkpoint& checkpoint,
                                  const DecoderConfig& config, size_t layer);

// Norms, biases and linears of one decoder layer.
Result<LayerWeights> load_layer(const checkpoints::Checkpoint& checkpoint,
                                const DecoderConfig& config, size_t layer);

// The embedding alone.
Result<CausalLm> load_embedding(const checkpoints::Checkpoint& checkpoint,
                                const DecoderConfig& config);

// Embedding, final norm and head, without layers. A tied model's own lm_head.weight must equal its
// embedding byte for byte.
Result<CausalLm> load_ends(const checkpoints::Checkpoint& checkpoint, const DecoderConfig& config);

// All of it.
Result<CausalLm> load_model(const checkpoints::Checkpoint& checkpoint, const DecoderConfig& config);

} // namespace fp4::quant
