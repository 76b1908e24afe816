#include "fp4/quant/quantizers/quantized_layer.hpp"

#include "fp4/quant/quantizers/hadamard.hpp"

namespace fp4::quant {

Tensor QuantizedLayer::transformed(LinearGroup group, const Tensor& x) const {
    const auto block = hadamard[static_cast<size_t>(group)];
    return block ? block_hadamard(x, block) : x;
}

} // namespace fp4::quant
