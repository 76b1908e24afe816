// Rotary position embedding, with the frequency scaling of Llama 3.1 and later.
#pragma once
#include <vector>

#include "fp4/quant/model/decoder_config.hpp"
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// Radians per position of each of the head_dim / 2 pairs.
std::vector<double> rope_frequencies(const DecoderConfig& config);

// Angles of positions 0 .. positions - 1, as [positions, 1, head_dim / 2] tables of this type and
// device; computed in double.
struct RopeTable {
    Tensor cos;
    Tensor sin;
};
RopeTable rope_table(const DecoderConfig& config, int64_t positions,
                     const torch::TensorOptions& options = torch::kFloat);

// x: [batch, positions, heads, head_dim]. Element i of a head is paired with element i + head_dim
// / 2.
Tensor apply_rope(const Tensor& x, const RopeTable& table);

} // namespace fp4::quant
