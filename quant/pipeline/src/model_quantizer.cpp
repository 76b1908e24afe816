#include "fp4/quant/pipeline/model_quantizer.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

ModelQuantizer::ModelQuantizer(const CausalLm& ends, LayerSource source, const Scheme& scheme,
                               const Tensor& windows, int64_t windows_at_once, FaarOptions faar)
    : config_(ends.config), source_(std::move(source)), scheme_(scheme), faar_(std::move(faar)) {
    if (!needs_reference_stream(scheme) && !needs_quantized_stream(scheme)) return;
    torch::NoGradGuard no_grad;
    rope_ = rope_table(config_, windows.size(1), ends.embed_tokens.options());
    if (needs_reference_stream(scheme)) reference_ = embedded(ends, windows, windows_at_once);
    if (needs_quantized_stream(scheme)) quantized_ = embedded(ends, windows, windows_at_once);
}

Result<QuantizedLayer> ModelQuantizer::quantize_next() {
    torch::NoGradGuard no_grad;
    FP4_TRY_ASSIGN(const auto weights, source_(next_));
    FP4_TRY_ASSIGN(auto layer, quantize_layer(weights, config_, rope_, scheme_, reference_,
                                              quantized_, faar_, next_));
    FP4_TRY(move_streams(weights, std::make_shared<const QuantizedLayer>(layer)));
    return layer;
}

Status ModelQuantizer::pass(std::shared_ptr<const QuantizedLayer> done) {
    if (reference_.empty() && quantized_.empty()) {
        ++next_;
        return Done{};
    }
    FP4_TRY_ASSIGN(const auto weights, source_(next_));
    auto layer = *done;
    layer.plain = to_device(std::move(layer.plain), rope_.cos.device());
    return move_streams(weights, std::make_shared<const QuantizedLayer>(std::move(layer)));
}

Status ModelQuantizer::move_streams(const LayerWeights& weights,
                                    std::shared_ptr<const QuantizedLayer> layer) {
    ++next_;
    if (!reference_.empty()) FP4_TRY(advance(reference_, reference_layer(weights), config_, rope_));
    if (quantized_.empty()) return Done{};
    FP4_TRY_ASSIGN(const auto model, fake_quantized(std::move(layer), scheme_));
    return advance(quantized_, model, config_, rope_);
}

} // namespace fp4::quant
