// Quantizers that scale channels of weights up and of inputs down, and fold the factors into what
// comes before.
#pragma once
#include "fp4/quant/quantizers/quantizer.hpp"
#include "fp4/quant/quantizers/smooth_factors.hpp"

namespace fp4::quant {

class FoldingQuantizer : public Quantizer {
  public:
    explicit FoldingQuantizer(const Scheme& scheme) : Quantizer(scheme, {.samples = true}) {}
    Status begin(const CausalLm& model, const Tensor& windows, int64_t windows_at_once) override;
    Status prepare(QuantizedLayer& layer, const GroupTensors& samples) override;

  private:
    // Of one group: weights [N, K] and inputs [rows, K], float32.
    virtual Result<SmoothFactors> factors(std::span<const Tensor> weights, const Tensor& x,
                                          const ShareFactors& share) const = 0;

    DecoderConfig config_;
};

} // namespace fp4::quant
