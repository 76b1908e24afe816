// Per-channel factors moved into what comes before a group, so that the layer computes the same
// function.
#pragma once
#include "fp4/quant/model/decoder_layer.hpp"

namespace fp4::quant {

// Of o's input channels, [heads * head_dim]: the query heads of one key/value head read the same
// channels of v, so they share the largest of their factors. Factors that are shared already stay
// as they are.
Tensor shared_by_kv_group(const Tensor& factors, const DecoderConfig& config);

// Multiplies the group's weight columns by factors, [in] float32, positive and finite, and divides
// what makes its input: the norm before qkv and gate_up, the rows of v before o (factors through
// shared_by_kv_group), the rows of up before down. The
// bias of v or up is divided with its rows and becomes bfloat16 values, which rounds it where a
// factor is no power of two. A norm's gains become bfloat16 values, and the
// columns are multiplied by old gain / new gain, so that nothing of the function is lost; a channel
// whose gain is 0 or would leave bfloat16 is left alone. Tensors are replaced, not written into.
void fold(LayerWeights& weights, const DecoderConfig& config, LinearGroup group,
          const Tensor& factors);

} // namespace fp4::quant
