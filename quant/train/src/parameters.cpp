#include "parameters.hpp"

#include <cmath>

#include "fp4/checkpoints/linears.hpp"

namespace fp4::quant {

std::vector<std::pair<std::string, Tensor>> parameters(const CausalLm& model) {
    std::vector<std::pair<std::string, Tensor>> out{
        {"model.embed_tokens.weight", model.embed_tokens}, {"model.norm.weight", model.norm}};
    for (size_t i = 0; i < model.layers.size(); ++i) {
        const auto prefix = checkpoints::layer_prefix(i);
        out.emplace_back(prefix + "input_layernorm.weight", model.layers[i].input_layernorm);
        out.emplace_back(prefix + "post_attention_layernorm.weight",
                         model.layers[i].post_attention_layernorm);
        const auto linears = checkpoints::layer_linears(model.config.dims, i);
        for (size_t op = 0; op < linears.size(); ++op)
            out.emplace_back(linears[op].weight(), model.layers[i].linears[op]);
    }
    return out;
}

CausalLm initial_model(const DecoderConfig& config, at::Generator random) {
    const auto normal = [&](uint64_t rows, uint64_t columns, double deviation) {
        auto out = torch::empty({static_cast<int64_t>(rows), static_cast<int64_t>(columns)});
        return out.normal_(0, deviation, random).requires_grad_(true);
    };
    const auto ones = [&] {
        return torch::ones({static_cast<int64_t>(config.dims.hidden_size)}).requires_grad_(true);
    };
    const double deviation = 0.02,
                 onto_residual =
                     deviation /
                     std::sqrt(2.0 * static_cast<double>(config.dims.num_hidden_layers));
    CausalLm model{
        config, normal(config.vocab_size, config.dims.hidden_size, deviation), {}, ones(), {}};
    model.lm_head = model.embed_tokens;
    for (uint64_t i = 0; i < config.dims.num_hidden_layers; ++i) {
        LayerWeights layer{ones(), ones(), {}, {}, {}};
        for (size_t op = 0; const auto& linear : checkpoints::layer_linears(config.dims, i))
            layer.linears[op++] =
                normal(linear.n, linear.k,
                       linear.op == LinearOp::o || linear.op == LinearOp::down ? onto_residual
                                                                               : deviation);
        model.layers.push_back(std::move(layer));
    }
    return model;
}

void clip_gradients(const CausalLm& model, double limit) {
    torch::NoGradGuard no_grad;
    double sum = 0;
    for (const auto& [name, parameter] : parameters(model))
        sum += parameter.grad().square().sum().item<double>();
    const double norm = std::sqrt(sum);
    if (norm <= limit) return;
    for (const auto& [name, parameter] : parameters(model)) parameter.grad().mul_(limit / norm);
}

} // namespace fp4::quant
