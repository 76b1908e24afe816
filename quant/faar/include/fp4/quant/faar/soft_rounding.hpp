// Rounding that can be trained: a weight slides from its lower to its upper value (FAAR, equations
// E2, E3, E5, E6).
#pragma once
#include "fp4/quant/faar/rounding_choices.hpp"

namespace fp4::quant {

// E3: sigmoid(beta (v - 0.5)).
Tensor soft_step(const Tensor& v, double beta);

// E2: low + soft_step(v) (up - low), [N, K] float32. Differentiable by v.
Tensor soft_values(const RoundingChoices& choices, const Tensor& v, double beta);

// E6: what a gradient by the soft values is by v.
Tensor gradient_by_position(const RoundingChoices& choices, const Tensor& v, double beta,
                            const Tensor& gradient_by_value);

// Weights that have two values to choose between.
double count_of_choices(const RoundingChoices& choices);

// E5: mean of 1 - (2v - 1)^2 over the weights that have a choice; 0 where all are decided, 1 where
// all are 1/2. Differentiable by v.
Tensor rounding_loss(const RoundingChoices& choices, const Tensor& v);

// Share of the weights with a choice that lie within (0.05, 0.95).
double undecided_share(const RoundingChoices& choices, const Tensor& v);

} // namespace fp4::quant
