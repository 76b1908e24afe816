#pragma once
#include "fp4/formats/packed_tensor.hpp"
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// The values of a packed tensor, [rows, k] float32: code * block scale * tensor scale, rounded
// once. Errors: those of dequantize_tensor_fast.
Result<Tensor> dequantized(const PackedTensor& tensor);

} // namespace fp4::quant
