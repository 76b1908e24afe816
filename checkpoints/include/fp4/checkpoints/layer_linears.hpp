// The seven linear layers of one decoder layer.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/checkpoints/model_config.hpp"

namespace fp4::checkpoints {

// A weight W[n outputs, k inputs].
struct Linear {
    std::string op;     // q k v o gate up down
    std::string tensor; // its name in the checkpoint
    uint64_t n;
    uint64_t k;
};

// In the order of `op` above. Empty when the model has no such layer.
std::vector<Linear> layer_linears(const ModelConfig& config, int layer);

} // namespace fp4::checkpoints
