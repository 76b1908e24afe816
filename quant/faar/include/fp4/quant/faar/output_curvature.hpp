// What a change of a linear's outputs costs a model's predictions, to second order.
#pragma once
#include <array>
#include <vector>

#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

// By LinearOp, [N, N] double each: the mean over positions of g^T g, g the gradient of -log
// p(token) by the linear's N outputs, tokens drawn from the model's own predictions. Half of r G
// r^T is the KL divergence that a small change r of the outputs at one position makes.
using LayerCurvature = std::array<Tensor, 7>;

struct CurvatureOptions {
    int64_t windows_at_once = 8;
    uint64_t seed = 1; // of the drawn tokens
    double damp = 0;   // of each matrix's mean diagonal, added to its diagonal
};

// windows: [count, length] token ids.
std::vector<LayerCurvature> output_curvature(const CausalLm& model, const Tensor& windows,
                                             const CurvatureOptions& options = {});

} // namespace fp4::quant
