// The parameters of a decoder under training.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

// By their names in a checkpoint, in its order; a tied head is not named.
std::vector<std::pair<std::string, Tensor>> parameters(const CausalLm& model);

// Random parameters that require gradients.
CausalLm initial_model(const DecoderConfig& config, at::Generator random);

// Scales all gradients down so that their joint norm is at most `limit`.
void clip_gradients(const CausalLm& model, double limit);

} // namespace fp4::quant
