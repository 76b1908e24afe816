// LibTorch's tensor, by the headers that compile fastest. LibTorch reports misuse and exhausted
// memory by exceptions (c10::Error); functions of quant/ that compute on tensors let them pass, and
// the program catches them.
#pragma once
#include <torch/types.h>

namespace fp4::quant {

using torch::Tensor;

} // namespace fp4::quant
