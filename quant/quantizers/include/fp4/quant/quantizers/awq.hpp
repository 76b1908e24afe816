// AWQ: channels with large inputs are scaled up before their weights are rounded.
#pragma once
#include "fp4/quant/quantizers/folding_quantizer.hpp"

namespace fp4::quant {

// c_j = mean|x_j|^a over sqrt(max c * min c), so that the largest and the smallest factor are
// inverse; a in 0, 1/19, .. 1. A channel whose inputs are all zero has c = 1 and does not count in
// the normalization. weights, x, errors: as for output_error.
Result<SmoothFactors> awq_factors(std::span<const Tensor> weights, const Tensor& x,
                                  const Scheme& scheme, const ShareFactors& share = {});

// Folds those factors, then rounds to nearest.
class Awq final : public FoldingQuantizer {
  public:
    using FoldingQuantizer::FoldingQuantizer;

  private:
    Result<SmoothFactors> factors(std::span<const Tensor> weights, const Tensor& x,
                                  const ShareFactors& share) const override {
        return awq_factors(weights, x, scheme(), share);
    }
};

} // namespace fp4::quant
