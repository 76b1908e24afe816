#include "fp4/quant/faar/backpropagate.hpp"

namespace fp4::quant {

// Layers are graphs of their own, joined by hand.
Distillation backpropagate(const CausalLm& reference, const RunLayer& run, const Tensor& tokens,
                           const DistillationOptions& loss, bool recompute) {
    Tensor reference_hidden;
    {
        const torch::NoGradGuard no_grad;
        reference_hidden = hidden_states(reference, tokens);
    }
    std::vector<Tensor> inputs, outputs;
    auto x = torch::embedding(reference.embed_tokens, tokens);
    for (size_t layer = 0; layer < reference.layers.size(); ++layer) {
        inputs.push_back(x.detach().requires_grad_(layer > 0));
        const torch::AutoGradMode graph(!recompute);
        x = run(layer, inputs.back());
        outputs.push_back(recompute ? Tensor() : x);
    }
    auto out = distillation_loss(reference, reference_hidden, x, loss);
    x.reset();
    auto gradient = out.by_hidden;
    for (size_t layer = inputs.size(); layer-- > 0;) {
        const auto output = recompute ? run(layer, inputs[layer]) : std::move(outputs[layer]);
        output.backward(gradient);
        gradient = inputs[layer].grad();
        inputs[layer].reset();
    }
    return out;
}

} // namespace fp4::quant
