#include "fp4/quant/quantizers/hadamard.hpp"

#include <cmath>

namespace fp4::quant {

Tensor block_hadamard(const Tensor& x, int64_t block) {
    TORCH_CHECK(x.dim() > 0 && hadamard_fits(block, x.size(-1)), "block_hadamard: blocks of ",
                block, " do not fit ", x.sizes());
    Tensor y = x;
    for (int64_t distance = 1; distance < block; distance *= 2) {
        const Tensor pairs = y.reshape({-1, 2, distance});
        const Tensor low = pairs.select(1, 0), high = pairs.select(1, 1);
        y = torch::stack({low + high, low - high}, 1);
    }
    return (y * static_cast<float>(1 / std::sqrt(static_cast<double>(block)))).reshape(x.sizes());
}

} // namespace fp4::quant
