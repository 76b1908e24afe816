#include "fp4/quant/model/layer_vectors.hpp"

namespace fp4::quant {
namespace {

template <class Pointer, class Weights>
std::vector<LayerVector<Pointer>> vectors_of(Weights& layer) {
    std::vector<LayerVector<Pointer>> out{
        {"input_layernorm", "input_layernorm.weight", &layer.input_layernorm},
        {"post_attention_layernorm", "post_attention_layernorm.weight",
         &layer.post_attention_layernorm},
        {"q_norm", "self_attn.q_norm.weight", &layer.q_norm},
        {"k_norm", "self_attn.k_norm.weight", &layer.k_norm}};
    for (const auto& spec : checkpoints::linear_op_specs)
        out.push_back({std::string(spec.name) + ".bias", std::string(spec.module) + ".bias",
                       &layer.bias(spec.op)});
    return out;
}

} // namespace

std::vector<LayerVector<Tensor*>> vectors(LayerWeights& layer) {
    return vectors_of<Tensor*>(layer);
}

std::vector<LayerVector<const Tensor*>> vectors(const LayerWeights& layer) {
    return vectors_of<const Tensor*>(layer);
}

} // namespace fp4::quant
