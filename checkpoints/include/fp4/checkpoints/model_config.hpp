// config.json of a Hugging Face model folder: the dimensions that fix the shapes of its linear
// layers, and what its architecture has beside them.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fp4/checkpoints/linear_op.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

struct ModelConfig {
    std::string architecture; // a row of the table in model_config.cpp
    std::string name; // _name_or_path (a local path: its last part); empty when the file has none
    uint64_t hidden_size = 0;
    uint64_t intermediate_size = 0;
    uint64_t num_hidden_layers = 0;
    uint64_t num_attention_heads = 0;
    uint64_t num_key_value_heads = 0;
    uint64_t head_dim = 0;
    bool qk_norm = false; // RMSNorm of each head of q and k before the rotary embedding
    std::array<bool, linear_ops.size()> biases{}; // by LinearOp; has_bias() reads it
    bool window_without_flag = false;             // sliding_window holds without use_sliding_window

    bool has_bias(LinearOp op) const { return biases[static_cast<size_t>(op)]; }
};

// num_key_value_heads and head_dim may be absent or null: they are then num_attention_heads and
// hidden_size / num_attention_heads. Where the architecture has the flags
// attention_bias (q, k, v, o) and mlp_bias (gate, up, down), they say which linears have biases;
// absent or null they are false. Everything else must be there. bad_file, naming the key, for
// malformed JSON, a missing key, a wrong type, zero, a value beyond any real model, heads that do
// not divide, or another architecture.
Result<ModelConfig> parse_model_config(std::string_view json_text, std::string_view file_name);

} // namespace fp4::checkpoints
