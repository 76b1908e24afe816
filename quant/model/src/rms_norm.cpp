#include "fp4/quant/model/rms_norm.hpp"

namespace fp4::quant {

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
    return x * torch::rsqrt(x.square().mean(-1, true) + eps) * weight;
}

} // namespace fp4::quant
