// config.json of a Hugging Face model folder: the dimensions that fix the shapes of its linear
// layers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::checkpoints {

struct ModelConfig {
    std::string architecture; // LlamaForCausalLM or Qwen3ForCausalLM
    std::string name; // _name_or_path (a local path: its last part); empty when the file has none
    uint64_t hidden_size = 0;
    uint64_t intermediate_size = 0;
    uint64_t num_hidden_layers = 0;
    uint64_t num_attention_heads = 0;
    uint64_t num_key_value_heads = 0;
    uint64_t head_dim = 0;
};

// num_key_value_heads and head_dim may be absent or null: they are then num_attention_heads and
// hidden_size / num_attention_heads. Everything else must be there. bad_file, naming the key, for
// malformed JSON, a missing key, a wrong type, zero, a value beyond any real model, heads that do
// not divide, or another architecture.
Result<ModelConfig> parse_model_config(std::string_view json_text, std::string_view file_name);

} // namespace fp4::checkpoints
