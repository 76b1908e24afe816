// Checks of a checkpoint's tensors against its model.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/checkpoints/quantized_linear.hpp"
#include "fp4/checkpoints/model_config.hpp"

namespace fp4::checkpoints {

struct ModelTensors {
    const ModelConfig& model;
    bool tied_embeddings;
    std::span<const io::TensorSpec> plain;
    std::span<const LinearSpec> linears;
};

// Every linear of the model is there once, quantized or as a matrix of floats, in its shape, and
// nothing else is quantized; embedding, norms and, unless tied, lm_head are there. bad_file
// beginning with `where`.
Status check_completeness(const ModelTensors& tensors, std::string_view where);

// lm_head and the linears of the model that are not quantized: what a configuration's list of
// exceptions has to name.
std::vector<std::string> unquantized_modules(const ModelTensors& tensors);

// Whether a configuration's list of exceptions names a module: by its name, a pattern with * and ?,
// the class "Linear", or a regular expression "re:...", of which any is taken to match.
enum class Match { no, yes, unknown };
Match match_ignored(std::span<const std::string> patterns, std::string_view module);

} // namespace fp4::checkpoints
