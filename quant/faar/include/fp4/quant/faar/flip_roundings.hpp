// Exact coordinate descent on hard roundings: one weight at a time goes over to its other value
// where that lowers the layer's loss.
#pragma once
#include <cstdint>

#include "fp4/quant/faar/output_loss.hpp"
#include "fp4/quant/faar/rounding_choices.hpp"

namespace fp4::quant {

struct FlipOptions {
    int64_t max_passes = 8; // over all weights; ends early when a pass flips nothing
};

struct FlipResult {
    Tensor v; // [N, K] of 0 and 1
    uint64_t flips = 0;
    int64_t passes = 0;
};

// w: [N, K] float32, what the choices were made of; v: what the descent starts from, hardened. The
// loss never rises but for float64 rounding. Without a curvature rows are independent, and each
// goes through its columns; with one, columns go in order, and the rows of a column. The result is
// the same for any number of threads.
FlipResult flip_roundings(const Tensor& w, const RoundingChoices& choices, const Tensor& v,
                          const OutputLoss& loss, const FlipOptions& options = {});

} // namespace fp4::quant
