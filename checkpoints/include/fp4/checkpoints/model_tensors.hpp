// The tensors of a model beside the weights of its linears, and those that belong to nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/checkpoints/model_config.hpp"

namespace fp4::checkpoints {

class Checkpoint;

// What config.json says of tensors that a model may have or not.
struct TensorFlags {
    bool tied_embeddings = false; // tie_word_embeddings: no lm_head.weight
    bool attention_bias = false;  // of q, k, v and o
    bool mlp_bias = false;        // of gate, up and down
};

// Names of all tensors that the model has to have beside "<linear>.weight": embedding, norms, head
// and the biases that its architecture or the flags announce. The one list that readers, writers
// and the linter go by.
std::vector<std::string> plain_tensor_names(const ModelConfig& model, const TensorFlags& flags);

// Names, ascending, of the tensors that are neither in that list nor a tensor of a linear of the
// decoder layers or of lm_head: biases that the configuration does not announce, adapters, buffers
// such as rotary_emb.inv_freq.
std::vector<std::string> unused_tensors(const Checkpoint& checkpoint);

// One sentence that counts and names them; none where every tensor is used.
std::optional<std::string> unused_tensors_warning(const Checkpoint& checkpoint);

} // namespace fp4::checkpoints
