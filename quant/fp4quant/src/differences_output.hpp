// Arithmetic differences for people and for programs.
#pragma once
#include <string>

#include "fp4/quant/evaluate/arithmetic_differences.hpp"

namespace fp4::quant {

// One line for each linear, Markdown: share of outputs that differ, largest distance, and how many
// codes and block scales of its input do.
std::string differences_text(const ArithmeticDifferences& differences);

// {"ops": [...], "inputs": [...]}, fields as in ArithmeticDifferences.
std::string differences_json(const ArithmeticDifferences& differences);

} // namespace fp4::quant
