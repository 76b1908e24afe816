// Scale bytes chosen anew behind roundings: block by block, the scale, the special value and the
// roundings that cost the layer's output least.
#pragma once
#include <cstdint>

#include "fp4/quant/faar/output_loss.hpp"
#include "fp4/quant/faar/rounding_choices.hpp"

namespace fp4::quant {

// The scales that are tried, over the one that a block has.
struct RescaleOptions {
    double least = 0.5, largest = 2;
};

struct RescaleResult {
    RoundingChoices choices; // under the new scale bytes
    Tensor v;                // [N, K] of 0 and 1
    uint64_t blocks = 0;     // that have another scale byte
};

// w: [N, K] float32, what `choices` were made of under `encoder` and `tensor_scale`; v: hard
// roundings. Columns of blocks go in order, and the rows within them. A block takes another byte
// (with the special value that it selects) where rounding to nearest under it, followed by flips
// within the block, lowers the loss. The loss never rises but for float64 rounding; all codes are
// neighbors of their weights. Blocks whose scale is zero stay. Errors: those of rounding_choices().
Result<RescaleResult> rescale_blocks(const Tensor& w, const RoundingChoices& choices,
                                     const Tensor& v, Encoder encoder,
                                     const TensorScale& tensor_scale, const OutputLoss& loss,
                                     const RescaleOptions& options = {});

} // namespace fp4::quant
