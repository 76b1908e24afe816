#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

bool Quantizer::needs_reference_stream() const {
    return needs().samples || needs().pairs ||
           (scheme_.activations && scheme_.activation_scale == ActivationScale::fixed);
}

bool Quantizer::needs_quantized_stream() const {
    return scheme_.weights && (needs().grams || needs().pairs);
}

Status Quantizer::begin(const CausalLm&, const Tensor&, int64_t) { return Done{}; }

Status Quantizer::prepare(QuantizedLayer&, const GroupTensors&) { return Done{}; }

Result<EncodedGroup> Quantizer::encode(std::span<const Tensor> weights, const Tensor&) {
    return encode_group(weights, *scheme_.weights, scheme_);
}

Status Quantizer::finish(QuantizedLayer&, const LayerWeights&, size_t, LayerInputs&) {
    return Done{};
}

} // namespace fp4::quant
