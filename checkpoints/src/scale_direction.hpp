// Tensor scales that are plausible as what they are said to be: a divisor read as a multiplier
// gives wrong numbers without any other error.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

struct StoredScale {
    std::string tensor; // the name alone
    std::string place;  // file and tensor, for messages
    float value;
};

// Positive, finite and with a finite inverse; bad_file.
Status check_scale_number(const StoredScale& scale);

// What the scales of a file say of their direction. One number cannot tell: activations above 2^16
// and weights of 10^-9 are ordinary. Each number below is the largest magnitude that a scale
// provides for, `range` (6 * largest block scale) times the multiplier, or its inverse
// (range^2 over that).
struct ScaleDirection {
    struct Odd {
        StoredScale scale;
        bool inverted; // far from the others of the file as it is, among them when inverted
        std::string message;
    };
    std::vector<Odd> odd;  // outside of the usual magnitudes: a sentence for each
    bool inverted = false; // nearly all are odd in one direction and usual when inverted
};

// Usual are 2^-20 to 2^10 for weights. Exactly 1 is taken as it is: it is its own inverse, and what
// writers give all-zero tensors.
ScaleDirection weight_direction(TensorScaleKind kind, float range,
                                std::span<const StoredScale> scales);

// Usual are 2^-20 to 2^16 for inputs; inverted also where nearly all multipliers are above 1, since
// inputs of most layers are far below 2688.
ScaleDirection input_direction(TensorScaleKind kind, std::span<const StoredScale> scales);

} // namespace fp4::checkpoints
