// Checks of a checkpoint's tensors against its model.
#pragma once
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/lint_checkpoint.hpp"
#include "fp4/checkpoints/model_config.hpp"
#include "fp4/checkpoints/model_tensors.hpp"
#include "fp4/checkpoints/quantized_linear.hpp"

namespace fp4::checkpoints {

struct ModelTensors {
    const ModelConfig& model;
    TensorFlags flags;
    std::span<const io::TensorSpec> plain;
    std::span<const LinearSpec> linears;
    std::set<std::string, std::less<>> foreign{}; // modules in schemes that are not read
    const Checkpoint* files = nullptr;            // where a tensor is; none: not in a file
};

// Every linear of the model is there once, quantized, as a matrix of floats in its shape or as a
// foreign one, and nothing else is quantized; embedding, norms, announced biases and, unless tied,
// lm_head are there. All that is not so; messages begin with `where` or a tensor's file.
std::vector<Finding> examine_completeness(const ModelTensors& tensors, std::string_view where);

// The first of them; bad_file.
Status check_completeness(const ModelTensors& tensors, std::string_view where);

// lm_head and the linears of the model that are not quantized: what a configuration's list of
// exceptions has to name.
std::vector<std::string> unquantized_modules(const ModelTensors& tensors);

} // namespace fp4::checkpoints
