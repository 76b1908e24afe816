// Warnings of a checkpoint on standard error.
#pragma once
#include <span>
#include <string>

#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::quant {

// One line each.
void print_warnings(std::span<const std::string> warnings);

// The one of tensors that nothing uses, where a plain checkpoint has such.
void print_unused_tensors(const checkpoints::Checkpoint& checkpoint);

} // namespace fp4::quant
