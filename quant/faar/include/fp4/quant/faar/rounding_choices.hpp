// What learned rounding chooses between: for each weight the codes of the two neighboring values of
// its block's codebook (FAAR, equations E1 and E4, on signed values, so that codebooks with a
// special value on one side are no other case).
#pragma once
#include <cstdint>
#include <vector>

#include "fp4/formats/packed_tensor.hpp"
#include "fp4/quant/model/tensor.hpp"
#include "fp4/result.hpp"
#include "fp4/encode/tensor_scale.hpp"

namespace fp4::quant {

struct RoundingChoices {
    PackedTensor start; // rounded to nearest: format, specials, scale bytes, tensor scale, and the
                        // codes that `position` hardens to
    Tensor low, up;  // [N, K] float32: the values below and above the weight, low < up; equal where
                     // a block's scale is zero
    Tensor position; // [N, K] float32, 0 .. 1: (w - low) / (up - low); at least 0.5 exactly where
                     // rounding to nearest goes up
    std::vector<uint8_t> low_codes, up_codes; // [N * K]
};

// w: [N, K] float32. `start` is w as `encoder` rounds it under `tensor_scale`. A weight on a value
// lies at the end of the interval that leads away from zero; beyond the codebook's end it lies at
// the end of the last interval. Ties lie on the side that the encoder takes. Errors: shapes that do
// not fit; bad_argument where a code of `start` is neither neighbor of its weight.
Result<RoundingChoices> rounding_choices(const Tensor& w, const PackedTensor& start,
                                         Encoder encoder, const TensorScale& tensor_scale);

// The tensors of it there; rounding_choices() makes them on the processor.
RoundingChoices to_device(RoundingChoices choices, const torch::Device& device);

// E7: the upper code where v >= 0.5, else the lower. v: [N, K].
PackedTensor hardened(const RoundingChoices& choices, const Tensor& v);

// The values of that: [N, K] float32, on the device of the choices.
Tensor hardened_values(const RoundingChoices& choices, const Tensor& v);

} // namespace fp4::quant
