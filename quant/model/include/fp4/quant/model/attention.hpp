// Causal attention with grouped key/value heads.
#pragma once
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// q: [batch, positions, heads, head_dim]; k, v: [batch, positions, kv_heads, head_dim], heads a
// multiple of kv_heads; head h reads key/value head h / (heads / kv_heads). softmax((q /
// sqrt(head_dim)) k^T) v over positions up to the query's, in the inputs' common type. Result:
// [batch, positions, heads * head_dim]. Scores of one key/value head at a time are held.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v);

} // namespace fp4::quant
