// The gradient of a whole model's loss, a layer at a time.
#pragma once
#include <functional>

#include "fp4/quant/faar/distillation_loss.hpp"

namespace fp4::quant {

// x, [batch, positions, hidden], through a layer of the model that is trained.
using RunLayer = std::function<Tensor(size_t layer, const Tensor& x)>;

// tokens: [batch, positions] int64. Runs the reference, and `run` for as many layers between its
// ends; adds the gradient of the loss to that of every leaf that `run` reads. recompute: run each
// layer again on the way back, so that one layer's activations are in memory instead of all, for a
// third more time and the same bits. What `run` throws passes through.
Distillation backpropagate(const CausalLm& reference, const RunLayer& run, const Tensor& tokens,
                           const DistillationOptions& loss, bool recompute = false);

} // namespace fp4::quant
