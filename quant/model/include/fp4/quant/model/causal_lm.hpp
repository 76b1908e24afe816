// A whole decoder with its embedding and head, held in memory.
#pragma once
#include <vector>

#include "fp4/quant/model/decoder_layer.hpp"

namespace fp4::quant {

struct CausalLm {
    DecoderConfig config;
    Tensor embed_tokens; // [vocab, hidden]
    Tensor lm_head;      // [vocab, hidden]; the embedding itself where they are tied
    Tensor norm;         // [hidden], before the head
    std::vector<LayerWeights> layers;
};

// Which linears a layer uses; empty: its own.
using LayerLinears = std::function<GroupFunction(size_t layer)>;

// tokens: [batch, positions] int64 to the residual stream after the last layer, [batch, positions,
// hidden].
Tensor hidden_states(const CausalLm& model, const Tensor& tokens, const LayerLinears& linears = {});

// Logits [batch, positions, vocab] of hidden states.
Tensor logits(const CausalLm& model, const Tensor& hidden);

} // namespace fp4::quant
