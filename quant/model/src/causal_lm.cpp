#include "fp4/quant/model/causal_lm.hpp"

#include "fp4/quant/model/rms_norm.hpp"

namespace fp4::quant {

Tensor hidden_states(const CausalLm& model, const Tensor& tokens, const LayerLinears& linears) {
    const auto rope = rope_table(model.config, tokens.size(1), model.embed_tokens.options());
    auto x = torch::embedding(model.embed_tokens, tokens);
    for (size_t i = 0; i < model.layers.size(); ++i) {
        const auto& weights = model.layers[i];
        const GroupFunction own = [&](LinearGroup group, const Tensor& input) {
            return apply_linears(weights, group, input);
        };
        x = decoder_layer(x, weights, model.config, rope, linears ? linears(i) : own);
    }
    return x;
}

Tensor logits(const CausalLm& model, const Tensor& hidden) {
    return torch::linear(rms_norm(hidden, model.norm, model.config.rms_norm_eps), model.lm_head);
}

} // namespace fp4::quant
