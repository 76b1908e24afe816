// The linear layers of a model: which there are, by its configuration.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/checkpoints/linear_op.hpp"
#include "fp4/checkpoints/model_config.hpp"
#include "fp4/checkpoints/quantized_linear.hpp"

namespace fp4::checkpoints {

// A weight W[n outputs, k inputs] of one decoder layer.
struct Linear {
    uint64_t layer;
    LinearOp op;
    uint64_t n;
    uint64_t k;

    std::string module() const; // "model.layers.0.mlp.up_proj"
    std::string weight() const; // its tensor in a plain checkpoint
};

// "model.layers.3." for layer 3: what the names of its tensors begin with.
std::string layer_prefix(uint64_t layer);
std::string module_name(uint64_t layer, LinearOp op);

// The place that a module name stands for; none where it is no linear of a decoder layer.
struct ModulePlace {
    uint64_t layer;
    LinearOp op;
};
std::optional<ModulePlace> place_of_module(std::string_view module);

uint64_t width_of(const ModelConfig& config, Width width);

// In the order of the ops. Empty when the model has no such layer.
std::vector<Linear> layer_linears(const ModelConfig& config, uint64_t layer);

// Module names and shapes of all layers, layer by layer; without input scales.
std::vector<LinearSpec> model_linears(const ModelConfig& config);

} // namespace fp4::checkpoints
