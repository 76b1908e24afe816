// Which tensors of a checkpoint belong to its quantized linears.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/checkpoints/quantized_linear.hpp"
#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::checkpoints {

struct LinearTensors {
    LinearSpec spec;
    TensorLocation codes, scales;
    float tensor_scale; // as stored
    std::optional<float> input_scale;
};

struct TensorSplit {
    std::vector<LinearTensors> linears; // module names ascending
    std::vector<TensorLocation> plain;  // names ascending
};

// bad_file for a linear without one of its tensors, a wrong dtype or shape, K not a multiple of 16,
// a tensor that only another layout or an unsupported method has.
Result<TensorSplit> split_tensors(const LayoutSpec& layout, const Checkpoint& checkpoint);

} // namespace fp4::checkpoints
