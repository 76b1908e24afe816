// The linear layers of a model by its configuration.
#pragma once
#include <vector>

#include "fp4/checkpoints/quantized_linear.hpp"
#include "fp4/checkpoints/model_config.hpp"

namespace fp4::checkpoints {

// Module names and shapes, layer by layer, in each the order q k v o gate up down; without input
// scales.
std::vector<LinearSpec> model_linears(const ModelConfig& model);

} // namespace fp4::checkpoints
