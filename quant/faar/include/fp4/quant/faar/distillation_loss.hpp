// How far a model's predictions and last hidden states are from its reference's, and which way is
// nearer (FAAR, the stage-2 loss).
#pragma once
#include <cstdint>

#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

struct DistillationOptions {
    double kl_weight = 1, hidden_weight = 0; // of their means in the gradient
    double temperature = 1;                  // of both models' probabilities
    int64_t top_k =
        0; // tokens the reference holds likeliest, all others as one; 0: all tokens by themselves
    int64_t logits_at_once = int64_t{1} << 25;
};

struct Distillation {
    double kl = 0;         // nats a token, of the reference's probabilities to the model's
    double hidden_mse = 0; // mean over elements
    Tensor by_hidden;      // gradient of kl_weight * kl + hidden_weight * hidden_mse by `hidden`
};

// reference_hidden, hidden: [batch, positions, hidden], what the last layer gives; both go through
// `ends`' final norm and head. Logits are computed for logits_at_once / vocabulary positions at a
// time.
Distillation distillation_loss(const CausalLm& ends, const Tensor& reference_hidden,
                               const Tensor& hidden, const DistillationOptions& options);

} // namespace fp4::quant
