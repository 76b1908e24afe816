// One decoder layer: attention and SwiGLU feed-forward, each behind an RMSNorm and added to the
// residual stream.
#pragma once
#include <array>
#include <functional>
#include <vector>

#include "fp4/quant/model/decoder_config.hpp"
#include "fp4/quant/model/linear_op.hpp"
#include "fp4/quant/model/rope.hpp"
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

struct LayerWeights {
    Tensor input_layernorm;          // [hidden]
    Tensor post_attention_layernorm; // [hidden]
    Tensor q_norm, k_norm;           // [head_dim]; undefined without qk_norm
    std::array<Tensor, 7> linears;   // [out, in], by LinearOp
    std::array<Tensor, 7> biases{};  // [out], by LinearOp; undefined where a linear has none

    const Tensor& operator[](LinearOp op) const { return linears[static_cast<size_t>(op)]; }
    Tensor& operator[](LinearOp op) { return linears[static_cast<size_t>(op)]; }
    const Tensor& bias(LinearOp op) const { return biases[static_cast<size_t>(op)]; }
    Tensor& bias(LinearOp op) { return biases[static_cast<size_t>(op)]; }
};

// Computes the linears of a group: input [batch, positions, in] to one [batch, positions, out] for
// each member, in order, without biases. Whatever quantizes, captures or replaces linears is one of
// these.
using GroupFunction = std::function<std::vector<Tensor>(LinearGroup group, const Tensor& input)>;

// input * W^T for each member, without biases.
std::vector<Tensor> apply_linears(const LayerWeights& weights, LinearGroup group,
                                  const Tensor& input);

// x: [batch, positions, hidden]. Of the weights only the norms and biases are read; the products
// are `linears`, and biases are added to them in the type of the products.
Tensor decoder_layer(const Tensor& x, const LayerWeights& weights, const DecoderConfig& config,
                     const RopeTable& rope, const GroupFunction& linears);

} // namespace fp4::quant
