#include "fp4/quant/model/decoder_layer.hpp"

#include "fp4/quant/model/attention.hpp"
#include "fp4/quant/model/rms_norm.hpp"

namespace fp4::quant {
namespace {

Tensor heads(const Tensor& x, uint64_t count) {
    return x.view({x.size(0), x.size(1), static_cast<int64_t>(count), -1});
}

// The products of a group and the biases of its members.
std::vector<Tensor> outputs_of(LinearGroup group, const Tensor& input, const LayerWeights& weights,
                               const GroupFunction& linears) {
    auto outputs = linears(group, input);
    for (size_t i = 0; const LinearOp op : members(group)) {
        const auto& bias = weights.bias(op);
        if (bias.defined()) outputs[i] = outputs[i] + bias.to(outputs[i].scalar_type());
        ++i;
    }
    return outputs;
}

Tensor self_attention(const Tensor& input, const LayerWeights& weights, const DecoderConfig& config,
                      const RopeTable& rope, const GroupFunction& linears) {
    const auto qkv = outputs_of(LinearGroup::qkv, input, weights, linears);
    auto q = heads(qkv[0], config.dims.num_attention_heads),
         k = heads(qkv[1], config.dims.num_key_value_heads);
    if (config.dims.qk_norm) {
        q = rms_norm(q, weights.q_norm, config.rms_norm_eps);
        k = rms_norm(k, weights.k_norm, config.rms_norm_eps);
    }
    const auto v = heads(qkv[2], config.dims.num_key_value_heads);
    const auto out = attention(apply_rope(q, rope).to(v.scalar_type()),
                               apply_rope(k, rope).to(v.scalar_type()), v);
    return outputs_of(LinearGroup::o, out, weights, linears)[0];
}

Tensor feed_forward(const Tensor& input, const LayerWeights& weights,
                    const GroupFunction& linears) {
    const auto gate_up = outputs_of(LinearGroup::gate_up, input, weights, linears);
    return outputs_of(LinearGroup::down, torch::silu(gate_up[0]) * gate_up[1], weights, linears)[0];
}

} // namespace

std::vector<Tensor> apply_linears(const LayerWeights& weights, LinearGroup group,
                                  const Tensor& input) {
    std::vector<Tensor> outputs;
    for (const LinearOp op : members(group)) outputs.push_back(torch::linear(input, weights[op]));
    return outputs;
}

Tensor decoder_layer(const Tensor& x, const LayerWeights& weights, const DecoderConfig& config,
                     const RopeTable& rope, const GroupFunction& linears) {
    const auto attended =
        x + self_attention(rms_norm(x, weights.input_layernorm, config.rms_norm_eps), weights,
                           config, rope, linears);
    return attended +
           feed_forward(rms_norm(attended, weights.post_attention_layernorm, config.rms_norm_eps),
                        weights, linears);
}

} // namespace fp4::quant
