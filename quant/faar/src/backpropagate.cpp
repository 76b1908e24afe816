#include "fp4/quant/faar/backpropagate.hpp"

namespace fp4::quant {

// Layers are graphs of their own, joined by hand.
Distillation backpropagate(const CausalLm& reference, const std::vector<SoftLayer>& layers, const RopeTable& rope, const Tensor& tokens,
                           const BackpropagateOptions& options) {
    const auto run = [&](size_t layer, const Tensor& x) {
        return decoder_layer(x, layers[layer].norms(), reference.config, rope, layers[layer].soft_linears(options.beta));
    };
    Tensor reference_hidden;
    {
        const torch::NoGradGuard no_grad;
        reference_hidden = hidden_states(reference, tokens);
    }
    std::vector<Tensor> inputs, outputs;
    auto x = torch::embedding(reference.embed_tokens, tokens);
    for (size_t i = 0; i < layers.size(); ++i) {
        inputs.push_back(x.detach().requires_grad_(i > 0));
        const torch::AutoGradMode graph(!options.recompute);
        x = run(i, inputs.back());
        outputs.push_back(options.recompute ? Tensor() : x);
    }
    auto loss = distillation_loss(reference, reference_hidden, x, options.loss);
    x.reset();
    auto gradient = loss.by_hidden;
    for (size_t i = layers.size(); i-- > 0;) {
        const auto output = options.recompute ? run(i, inputs[i]) : std::move(outputs[i]);
        output.backward(gradient);
        gradient = inputs[i].grad();
        inputs[i].reset();
    }
    return loss;
}

} // namespace fp4::quant
