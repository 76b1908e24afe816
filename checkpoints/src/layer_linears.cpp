#include "fp4/checkpoints/layer_linears.hpp"

namespace fp4::checkpoints {

std::vector<Linear> layer_linears(const ModelConfig& config, int layer) {
    if (layer < 0 || static_cast<uint64_t>(layer) >= config.num_hidden_layers) return {};
    const auto attention = [&](const std::string& op, uint64_t n, uint64_t k) {
        return Linear{op,
                      "model.layers." + std::to_string(layer) + ".self_attn." + op + "_proj.weight",
                      n, k};
    };
    const auto mlp = [&](const std::string& op, uint64_t n, uint64_t k) {
        return Linear{op, "model.layers." + std::to_string(layer) + ".mlp." + op + "_proj.weight",
                      n, k};
    };
    const uint64_t hidden = config.hidden_size, inner = config.intermediate_size;
    const uint64_t query = config.num_attention_heads * config.head_dim,
                   key_value = config.num_key_value_heads * config.head_dim;
    return {
        attention("q", query, hidden),     attention("k", key_value, hidden),
        attention("v", key_value, hidden), attention("o", hidden, query),
        mlp("gate", inner, hidden),        mlp("up", inner, hidden),
        mlp("down", hidden, inner),
    };
}

} // namespace fp4::checkpoints
