#include "fp4/quant/pipeline/model_quantizer.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/pipeline/quantize_layer.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<ModelQuantizer> ModelQuantizer::make(std::unique_ptr<Quantizer> quantizer,
                                            const CausalLm& ends,
                                            std::shared_ptr<PlainLayers> layers,
                                            const Tensor& windows, int64_t windows_at_once) {
    FP4_TRY(quantizer->begin(ends, windows, windows_at_once)); // may take gradients
    torch::NoGradGuard no_grad;
    ModelQuantizer out(std::move(quantizer), std::move(layers), ends.config);
    const auto& needs = out.quantizer_->needs();
    if (!needs.windows()) return out;
    out.rope_ = rope_table(out.config_, windows.size(1), ends.embed_tokens.options());
    if (needs.reference_stream) out.reference_ = embedded(ends, windows, windows_at_once);
    if (needs.quantized_stream) out.quantized_ = embedded(ends, windows, windows_at_once);
    return out;
}

Result<QuantizedLayer> ModelQuantizer::quantize_next() {
    torch::NoGradGuard no_grad;
    FP4_TRY_ASSIGN(const auto weights, layers_->weights(next_));
    FP4_TRY_ASSIGN(auto layer, quantize_layer(weights, next_, *quantizer_, config_, rope_,
                                              reference_, quantized_));
    FP4_TRY(move_streams(weights, layer));
    return layer;
}

Status ModelQuantizer::pass(QuantizedLayer done) {
    if (reference_.empty() && quantized_.empty()) {
        ++next_;
        return Done{};
    }
    FP4_TRY_ASSIGN(const auto weights, layers_->weights(next_));
    done.plain = to_device(std::move(done.plain), rope_.cos.device());
    return move_streams(weights, done);
}

Status ModelQuantizer::move_streams(const LayerWeights& weights, const QuantizedLayer& layer) {
    ++next_;
    if (!reference_.empty()) FP4_TRY(advance(reference_, reference_layer(weights), config_, rope_));
    if (quantized_.empty()) return Done{};
    FP4_TRY_ASSIGN(const auto model,
                   fake_quantized(std::make_shared<const QuantizedLayer>(layer), scheme()));
    return advance(quantized_, model, config_, rope_);
}

Result<std::shared_ptr<const QuantizedLayer>> LayersAsMade::layer(size_t layer) {
    while (made_.size() <= layer) {
        FP4_TRY_ASSIGN(auto next, quantizer_.quantize_next());
        made_.push_back(std::make_shared<const QuantizedLayer>(std::move(next)));
    }
    return made_[layer];
}

} // namespace fp4::quant
