// Which tensors of a checkpoint belong to its quantized linears.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fp4/quant/layouts/layout.hpp"
#include "fp4/quant/layouts/quantized_linear.hpp"
#include "fp4/traces/checkpoint.hpp"

namespace fp4::quant {

struct LinearTensors {
    LinearSpec spec;
    traces::TensorLocation codes, scales;
    float tensor_scale; // as stored
    std::optional<float> input_scale;
};

struct TensorSplit {
    std::vector<LinearTensors> linears;        // module names ascending
    std::vector<traces::TensorLocation> plain; // names ascending
};

// bad_file for a linear without one of its tensors, a wrong dtype or shape, K not a multiple of 16, a tensor that only another layout or an
// unsupported method has.
Result<TensorSplit> split_tensors(const LayoutSpec& layout, const traces::Checkpoint& checkpoint);

} // namespace fp4::quant
