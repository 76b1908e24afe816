#include "fp4/quant/quantizers/mr_gptq.hpp"

#include "fp4/checkpoints/linears.hpp"
#include "fp4/quant/quantizers/hadamard.hpp"

namespace fp4::quant {

Status MrGptq::begin(const CausalLm& model, const Tensor&, int64_t) {
    for (const auto& linear : checkpoints::layer_linears(model.config.dims, 0)) {
        const auto block = largest_hadamard_block(static_cast<int64_t>(linear.k));
        if (block == 0)
            return Error{ErrorCode::bad_argument,
                         linear.weight() +
                             ": expected K that 16, 32, 64 or 128 divides, for the "
                             "block Hadamard transform, found K " +
                             std::to_string(linear.k)};
        blocks_[static_cast<size_t>(checkpoints::spec_of(linear.op).group)] = block;
    }
    return Done{};
}

Status MrGptq::prepare(QuantizedLayer& layer, const GroupTensors&) {
    layer.hadamard = blocks_;
    return Done{};
}

} // namespace fp4::quant
