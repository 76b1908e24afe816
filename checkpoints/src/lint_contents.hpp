// What the codes and block scales of a linear tell of themselves.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "fp4/checkpoints/lint_checkpoint.hpp"
#include "fp4/checkpoints/quantization_config.hpp"
#include "linear_tensors.hpp"

namespace fp4::checkpoints {

// NaN scale bytes are errors; set sign bits and many scales at their largest value are warnings;
// blocks of zeros under a scale other than those that writers give them, and codes under a scale of
// zero, are notes. One finding of each kind, with its count and the first place. Parts in which
// examine_linear finds nothing. bad_file: a read error.
Result<std::vector<Finding>>
lint_contents(const LayoutSpec& layout, const QuantizationConfig& config, const LinearParts& parts);

} // namespace fp4::checkpoints
