#include "fp4/quant/faar/soft_layer.hpp"

#include "fp4/quant/faar/soft_rounding.hpp"
#include "fp4/quant/faar/straight_through.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<SoftLayer> SoftLayer::make(const LayerWeights& plain, QuantizedLayer start,
                                  const Scheme& scheme, const SoftStart& begin) {
    const auto refuse = [](const std::string& expected) {
        return Error{ErrorCode::bad_argument, "trained roundings: expected " + expected};
    };
    if (!scheme.weights) return refuse("a scheme that quantizes weights");
    if (scheme.activation_scale != ActivationScale::fixed || scheme.own_scale_per_tensor ||
        start.transforms())
        return refuse("static, shared scales and no transform");
    SoftLayer out(std::move(start), scheme);
    const auto device = plain.input_layernorm.device();
    for (const LinearGroup group : linear_groups) {
        const auto& scale = out.start_.weight_scale[static_cast<size_t>(group)];
        if (!scale || (scheme.activations && !out.start_.input_scale[static_cast<size_t>(group)]))
            return refuse("every linear quantized");
        for (const LinearOp op : members(group)) {
            const auto at = static_cast<size_t>(op);
            if (!out.start_.linears[at]) return refuse("every linear quantized");
            FP4_TRY_ASSIGN(auto choices, rounding_choices(plain[op], *out.start_.linears[at],
                                                          scheme.weights->encoder, *scale));
            choices = to_device(std::move(choices), device);
            const auto code = (choices.position >= 0.5).to(torch::kFloat);
            out.v_[at] = torch::lerp(choices.position, code, begin.commitment)
                             .clamp(begin.pull, 1 - begin.pull)
                             .requires_grad_(true);
            choices.position.reset(); // v took its place
            out.choices_[at] = std::move(choices);
        }
    }
    if (begin.gains)
        for (Tensor& gain : out.gains_)
            gain = torch::full_like(plain.input_layernorm, 0.5).requires_grad_(true);
    return out;
}

LayerWeights SoftLayer::norms() const {
    auto out = start_.plain;
    if (!gains_[0].defined()) return out;
    out.input_layernorm = out.input_layernorm * (gains_[0] + 0.5);
    out.post_attention_layernorm = out.post_attention_layernorm * (gains_[1] + 0.5);
    return out;
}

Tensor SoftLayer::quantized_input(LinearGroup group, const Tensor& input) const {
    if (!scheme_.activations) return input;
    auto quantized =
        straight_through(input, scheme_, *start_.input_scale[static_cast<size_t>(group)]);
    if (!quantized) throw LinearFailed(quantized.error());
    return *quantized;
}

GroupFunction SoftLayer::soft_linears(double beta) const {
    return [this, beta](LinearGroup group, const Tensor& input) {
        const auto x = quantized_input(group, input);
        std::vector<Tensor> outputs;
        for (const LinearOp op : members(group)) {
            const auto at = static_cast<size_t>(op);
            outputs.push_back(torch::linear(x, soft_values(choices_[at], v_[at], beta)));
        }
        return outputs;
    };
}

QuantizedLayer SoftLayer::hardened() const {
    auto out = start_;
    for (size_t i = 0; i < count; ++i)
        out.linears[i] = quant::hardened(choices_[i], v_[i].detach());
    if (!gains_[0].defined()) return out;
    const auto trained = norms();
    const auto stored = [](const Tensor& norm) {
        return norm.detach().to(torch::kBFloat16).to(torch::kFloat);
    };
    out.plain.input_layernorm = stored(trained.input_layernorm);
    out.plain.post_attention_layernorm = stored(trained.post_attention_layernorm);
    return out;
}

} // namespace fp4::quant
