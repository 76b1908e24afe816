// Tensor scales that are plausible as what they are said to be: a divisor read as a multiplier
// gives wrong numbers without any other error.
#pragma once
#include <span>
#include <string>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

struct StoredScale {
    std::string tensor;
    float value;
};

// A positive normal number; bad_file.
Status check_scale_number(const StoredScale& scale);

// The largest weight that the scale provides for, `range` (6 * largest block scale) times the
// multiplier, is between 2^-20 and 2^10; weights of language models lie there, their scales turned
// round do not (up to magnitudes of 2688^2 / 1024 or, for razer-w, 27). Exactly 1 is taken as it
// is: it is its own inverse. bad_file, naming tensor and value.
Status check_weight_scale(TensorScaleKind kind, float range, const StoredScale& scale);

// The same for inputs: each between 2^-20 and 2^16 and the median multiplier below 1, since inputs
// of most layers are far below 2688.
Status check_input_scales(TensorScaleKind kind, std::span<const StoredScale> scales);

} // namespace fp4::checkpoints
