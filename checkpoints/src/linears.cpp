#include "fp4/checkpoints/linears.hpp"

#include <charconv>

namespace fp4::checkpoints {
namespace {

constexpr std::string_view layers_prefix = "model.layers.";

} // namespace

std::string layer_prefix(uint64_t layer) {
    return std::string(layers_prefix) + std::to_string(layer) + ".";
}

std::string module_name(uint64_t layer, LinearOp op) {
    return layer_prefix(layer) + std::string(spec_of(op).module);
}

std::string Linear::module() const { return module_name(layer, op); }
std::string Linear::weight() const { return module_name(layer, op) + ".weight"; }

std::optional<ModulePlace> place_of_module(std::string_view module) {
    if (!module.starts_with(layers_prefix)) return std::nullopt;
    module.remove_prefix(layers_prefix.size());
    uint64_t layer = 0;
    const auto [end, code] = std::from_chars(module.data(), module.data() + module.size(), layer);
    module.remove_prefix(static_cast<size_t>(end - module.data()));
    if (code != std::errc{} || !module.starts_with('.')) return std::nullopt;
    module.remove_prefix(1);
    for (const auto& spec : linear_op_specs)
        if (spec.module == module) return ModulePlace{layer, spec.op};
    return std::nullopt;
}

uint64_t width_of(const ModelConfig& config, Width width) {
    switch (width) {
    case Width::hidden: return config.hidden_size;
    case Width::query: return config.num_attention_heads * config.head_dim;
    case Width::key_value: return config.num_key_value_heads * config.head_dim;
    case Width::intermediate: break;
    }
    return config.intermediate_size;
}

std::vector<Linear> layer_linears(const ModelConfig& config, uint64_t layer) {
    std::vector<Linear> linears;
    if (layer >= config.num_hidden_layers) return linears;
    for (const auto& spec : linear_op_specs)
        linears.push_back(
            {layer, spec.op, width_of(config, spec.outputs), width_of(config, spec.inputs)});
    return linears;
}

std::vector<LinearSpec> model_linears(const ModelConfig& config) {
    std::vector<LinearSpec> linears;
    for (uint64_t layer = 0; layer < config.num_hidden_layers; ++layer)
        for (const auto& linear : layer_linears(config, layer))
            linears.push_back({linear.module(), linear.n, linear.k, false});
    return linears;
}

} // namespace fp4::checkpoints
