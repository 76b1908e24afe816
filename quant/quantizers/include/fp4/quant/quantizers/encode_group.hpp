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

// What golden encodes one side of a scheme with.
EncodeOptions encode_options(const Side& side, const Scheme& scheme,
                             std::optional<TensorScale> tensor_scale = {});

// x: [..., K] float32 in one piece, as a matrix of K columns.
Result<PackedTensor> encode_matrix(const Tensor& x, const EncodeOptions& options,
                                   std::string_view name);

// The scale for data of the joint largest magnitude. Errors: a value that is not finite.
Result<TensorScale> joint_scale(std::span<const Tensor> tensors, const Side& side,
                                const Scheme& scheme);

// weights: [N_m, K] float32 each, encoded under their joint scale, or each under its own where the
// scheme says so. Errors: those of golden's encode.
Result<EncodedGroup> encode_group(std::span<const Tensor> weights, const Side& side,
                                  const Scheme& scheme);

} // namespace fp4::quant
