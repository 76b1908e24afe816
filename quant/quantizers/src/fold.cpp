#include "fp4/quant/quantizers/fold.hpp"

namespace fp4::quant {
namespace {

// The gains divided by the factors, as bfloat16 values, and the factors that this leaves to the
// weights.
Tensor fold_into_norm(Tensor& gains, const Tensor& factors) {
    const Tensor rounded = (gains / factors).to(torch::kBFloat16).to(torch::kFloat32),
                 ratio = gains / rounded;
    const Tensor usable = torch::isfinite(ratio).logical_and(ratio > 0);
    gains = torch::where(usable, rounded, gains);
    return torch::where(usable, ratio, torch::ones_like(ratio));
}

// The outputs of a linear divided by the factors; its bias as bfloat16 values, like the gains.
void divide_outputs(LayerWeights& weights, LinearOp op, const Tensor& factors) {
    weights[op] = weights[op] / factors.unsqueeze(1);
    if (Tensor& bias = weights.bias(op); bias.defined())
        bias = (bias / factors).to(torch::kBFloat16).to(torch::kFloat32);
}

} // namespace

Tensor shared_by_kv_group(const Tensor& factors, const DecoderConfig& config) {
    const auto kv_heads = static_cast<int64_t>(config.dims.num_key_value_heads),
               head_dim = static_cast<int64_t>(config.dims.head_dim);
    const Tensor by_head = factors.view({kv_heads, -1, head_dim});
    return by_head.amax(1, /*keepdim=*/true).expand_as(by_head).reshape({-1});
}

void fold(LayerWeights& weights, const DecoderConfig& config, LinearGroup group,
          const Tensor& factors) {
    const torch::NoGradGuard no_grad;
    Tensor for_columns = factors;
    switch (group) {
    case LinearGroup::qkv: for_columns = fold_into_norm(weights.input_layernorm, factors); break;
    case LinearGroup::gate_up:
        for_columns = fold_into_norm(weights.post_attention_layernorm, factors);
        break;
    case LinearGroup::o: {
        const auto kv_heads = static_cast<int64_t>(config.dims.num_key_value_heads),
                   head_dim = static_cast<int64_t>(config.dims.head_dim);
        for_columns = shared_by_kv_group(factors, config);
        divide_outputs(weights, LinearOp::v,
                       for_columns.view({kv_heads, -1, head_dim}).select(1, 0).reshape({-1}));
        break;
    }
    case LinearGroup::down: divide_outputs(weights, LinearOp::up, factors); break;
    }
    for (const LinearOp op : members(group)) weights[op] = weights[op] * for_columns;
}

} // namespace fp4::quant
