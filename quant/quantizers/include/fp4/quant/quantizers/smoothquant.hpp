// SmoothQuant: the ranges of inputs and weights are brought nearer to each other, channel by
// channel.
#pragma once
#include "fp4/quant/quantizers/folding_quantizer.hpp"

namespace fp4::quant {

// c_j = max|x_j|^a / max|w_j|^(1-a), w_j over all members; a in 0, .1, .. 1. A channel whose inputs
// or weights are all zero has c = 1. weights, x, errors: as for output_error.
Result<SmoothFactors> smoothquant_factors(std::span<const Tensor> weights, const Tensor& x,
                                          const Scheme& scheme, const ShareFactors& share = {});

// Folds those factors, then rounds to nearest.
class SmoothQuant final : public FoldingQuantizer {
  public:
    using FoldingQuantizer::FoldingQuantizer;

  private:
    Result<SmoothFactors> factors(std::span<const Tensor> weights, const Tensor& x,
                                  const ShareFactors& share) const override {
        return smoothquant_factors(weights, x, scheme(), share);
    }
};

} // namespace fp4::quant
