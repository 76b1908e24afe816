// MR-GPTQ: GPTQ behind a block Hadamard transform of weights and inputs.
#pragma once
#include "fp4/quant/quantizers/gptq.hpp"

namespace fp4::quant {

// Each group is transformed in the largest blocks that divide its K.
class MrGptq final : public Gptq {
  public:
    using Gptq::Gptq;

    // bad_argument: a linear whose K no block from 16 to 128 divides.
    Status begin(const CausalLm& model, const Tensor& windows, int64_t windows_at_once) override;
    Status prepare(QuantizedLayer& layer, const GroupTensors& samples) override;

  private:
    std::array<int64_t, 4> blocks_{}; // by LinearGroup
};

} // namespace fp4::quant
