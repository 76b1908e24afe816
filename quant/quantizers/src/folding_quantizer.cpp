#include "fp4/quant/quantizers/folding_quantizer.hpp"

#include "fp4/quant/quantizers/fold.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Status FoldingQuantizer::begin(const CausalLm& model, const Tensor&, int64_t) {
    config_ = model.config;
    return Done{};
}

// Later linears first: folding into v and up changes the weights of their groups.
Status FoldingQuantizer::prepare(QuantizedLayer& layer, const GroupTensors& samples) {
    for (const LinearGroup group :
         {LinearGroup::down, LinearGroup::gate_up, LinearGroup::o, LinearGroup::qkv}) {
        std::vector<Tensor> weights;
        for (const LinearOp op : members(group)) weights.push_back(layer.plain[op]);
        ShareFactors share;
        if (group == LinearGroup::o)
            share = [&](const Tensor& each) { return shared_by_kv_group(each, config_); };
        FP4_TRY_ASSIGN(const auto best,
                       factors(weights, samples[static_cast<size_t>(group)], share));
        fold(layer.plain, config_, group, best.factors);
    }
    return Done{};
}

} // namespace fp4::quant
