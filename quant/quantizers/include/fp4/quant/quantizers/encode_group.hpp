// Encoding of matrices that share an input, and with it a tensor scale.
#pragma once
#include <span>
#include <vector>

#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

struct EncodedGroup {
    std::vector<PackedTensor> members;
    std::vector<TensorScale> scales; // of each member; equal unless the scheme gives each its own
};

// weights: [N_m, K] float32 each, encoded under their joint scale, or each under its own where the
// scheme says so. Errors: those of golden's encode.
Result<EncodedGroup> encode_group(std::span<const Tensor> weights, const Side& side,
                                  const Scheme& scheme);

} // namespace fp4::quant
