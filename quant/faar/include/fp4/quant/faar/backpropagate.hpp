// The gradient of a whole model's loss by its roundings, a layer at a time.
#pragma once
#include <vector>

#include "fp4/quant/faar/distillation_loss.hpp"
#include "fp4/quant/faar/soft_layer.hpp"

namespace fp4::quant {

struct BackpropagateOptions {
    DistillationOptions loss;
    double beta = 1;        // of E3
    bool recompute = false; // run each layer again on the way back: one layer's activations are in memory instead of all, for a third more time
};

// tokens: [batch, positions] int64. Runs the reference and `layers` between its ends, and adds the gradient of the loss to each v's. Throws LinearFailed.
Distillation backpropagate(const CausalLm& reference, const std::vector<SoftLayer>& layers, const RopeTable& rope, const Tensor& tokens,
                           const BackpropagateOptions& options);

} // namespace fp4::quant
