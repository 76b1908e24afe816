#include "fp4/quant/quantizers/smoothquant.hpp"

#include <array>

namespace fp4::quant {

Result<SmoothFactors> smoothquant_factors(std::span<const Tensor> weights, const Tensor& x,
                                          const Scheme& scheme, const ShareFactors& share) {
    constexpr std::array exponents{0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
    const Tensor x_max = x.abs().amax(0).to(torch::kFloat64);
    Tensor w_max = torch::zeros_like(x_max);
    for (const Tensor& w : weights)
        w_max = torch::maximum(w_max, w.abs().amax(0).to(torch::kFloat64));
    const Tensor live = (x_max > 0).logical_and(w_max > 0);
    const auto factors_of = [&](double exponent) {
        return torch::where(live, x_max.pow(exponent) / w_max.pow(1 - exponent),
                            torch::ones_like(x_max))
            .to(torch::kFloat32);
    };
    return best_factors(weights, x, scheme, exponents, factors_of, share);
}

} // namespace fp4::quant
