// Tensors in messages: what a reader found, and lists of names.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::checkpoints {

// "[64, 128]"; "[]" for a scalar.
std::string shape_text(std::span<const uint64_t> shape);

// "F8_E4M3 [64, 128]": dtype, as the file spells it, and shape.
std::string describe(const io::TensorInfo& tensor);

// "model.safetensors: tensor 'name'", with the whole path.
std::string place_text(const TensorLocation& at);

// "'a', 'b', 'c' and 4 more".
std::string some_of(std::span<const std::string> names);

} // namespace fp4::checkpoints
