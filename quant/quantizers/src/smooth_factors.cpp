#include "fp4/quant/quantizers/smooth_factors.hpp"

#include "fp4/quant/quantizers/dequantized.hpp"
#include "fp4/quant/quantizers/encode_group.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

// As the side quantizes them, or as they are.
Result<std::vector<Tensor>> quantized(std::vector<Tensor> tensors, const std::optional<Side>& side,
                                      const Scheme& scheme) {
    if (!side) return tensors;
    FP4_TRY_ASSIGN(const auto group, encode_group(tensors, *side, scheme));
    for (size_t i = 0; i < tensors.size(); ++i) {
        FP4_TRY_ASSIGN(auto values, dequantized(group.members[i]));
        tensors[i] = values.to(tensors[i].device());
    }
    return tensors;
}

} // namespace

Result<double> output_error(std::span<const Tensor> weights, const Tensor& x, const Tensor& factors,
                            const Scheme& scheme) {
    const torch::NoGradGuard no_grad;
    std::vector<Tensor> scaled;
    for (const Tensor& w : weights) scaled.push_back(w * factors);
    FP4_TRY_ASSIGN(const auto w_q, quantized(std::move(scaled), scheme.weights, scheme));
    FP4_TRY_ASSIGN(const auto x_q, quantized({x / factors}, scheme.activations, scheme));
    double sum = 0, count = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        const Tensor difference = torch::linear(x, weights[i]) - torch::linear(x_q[0], w_q[i]);
        sum += difference.square().sum(torch::kFloat64).item<double>();
        count += static_cast<double>(difference.numel());
    }
    return sum / count;
}

Result<SmoothFactors> best_factors(std::span<const Tensor> weights, const Tensor& x,
                                   const Scheme& scheme, std::span<const double> exponents,
                                   const std::function<Tensor(double exponent)>& factors_of,
                                   const ShareFactors& share) {
    const torch::NoGradGuard no_grad;
    SmoothFactors best;
    for (const double exponent : exponents) {
        Tensor factors = factors_of(exponent);
        if (share) factors = share(factors);
        FP4_TRY_ASSIGN(const auto error, output_error(weights, x, factors, scheme));
        if (!best.factors.defined() || error < best.error) best = {factors, exponent, error};
    }
    return best;
}

} // namespace fp4::quant
