#include "fp4/quant/quantizers/awq.hpp"

#include <array>

namespace fp4::quant {

Result<SmoothFactors> awq_factors(std::span<const Tensor> weights, const Tensor& x,
                                  const Scheme& scheme, const ShareFactors& share) {
    constexpr auto exponents = [] {
        std::array<double, 20> grid{};
        for (size_t i = 0; i < grid.size(); ++i)
            grid[i] = static_cast<double>(i) / static_cast<double>(grid.size() - 1);
        return grid;
    }();
    const Tensor mean = x.abs().mean(0, /*keepdim=*/false, torch::kFloat64), live = mean > 0;
    const auto factors_of = [&](double exponent) {
        Tensor factors = torch::ones_like(mean);
        const Tensor powers = mean.masked_select(live).pow(exponent);
        if (powers.numel() > 0)
            factors.masked_scatter_(live, powers / (powers.max() * powers.min()).sqrt());
        return factors.to(torch::kFloat32);
    };
    return best_factors(weights, x, scheme, exponents, factors_of, share);
}

} // namespace fp4::quant
