// Which tensors of a checkpoint belong to its quantized linears.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/layout.hpp"
#include "fp4/checkpoints/lint_checkpoint.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/checkpoints/quantized_linear.hpp"

namespace fp4::checkpoints {

enum LinearPart : size_t { codes, scales, tensor_scale, input_scale };
using LinearParts = std::array<std::optional<TensorLocation>, 4>; // by LinearPart

// Empty where the layout has no such part.
std::array<std::string_view, 4> part_names(const LayoutSpec& layout);

// "k_scale", "k_proj.k_scale" and the like: of attention's cache, not of a linear's weight.
bool is_kv_cache_scale(std::string_view tensor);

// A tensor that tells of a scheme which is not the checkpoint's.
struct StrayTensor {
    TensorLocation at;
    std::string_view scheme; // what has such tensors; empty: another layout
};

// All tensors of a checkpoint, unchecked.
struct TensorSplit {
    std::map<std::string, LinearParts> linears;                 // by module
    std::vector<TensorLocation> plain, kv_scales;               // names ascending
    std::map<std::string, std::vector<TensorLocation>> foreign; // of modules of foreign schemes
    std::vector<StrayTensor> stray;
};
TensorSplit split_tensors(const Checkpoint& checkpoint);

// "expected the tensors of layout ..."; bad_file.
Error stray_error(const LayoutSpec& layout, const StrayTensor& stray);

// What is wrong with the tensors of a linear, all of it: one that is missing, dtypes, shapes, K no
// multiple of the block. Each of severity error.
std::vector<Finding> examine_linear(const LayoutSpec& layout, const std::string& module,
                                    const LinearParts& parts);

struct LinearTensors {
    LinearSpec spec;
    LinearParts tensors;
    std::vector<float> tensor_scales; // as stored: one, or one for each row
    std::optional<float> input_scale{};
};

// Of parts in which examine_linear finds nothing. bad_file: a read error.
Result<LinearTensors> read_linear_tensors(const std::string& module, const LinearParts& parts);

} // namespace fp4::checkpoints
