#pragma once
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// In rows, for loops over its values.
inline Tensor on_processor(const Tensor& x, torch::ScalarType type) {
    return x.to(torch::kCPU, type).contiguous();
}

} // namespace fp4::quant
