#include "fp4/quant/pipeline/round_layer.hpp"

#include <chrono>

#include "fp4/quant/pipeline/observe_moments.hpp"
#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/quantizers/activations.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Status round_layer(QuantizedLayer& layer, const LayerWeights& plain, const DecoderConfig& config,
                   const RopeTable& rope, const Scheme& scheme, const ResidualStream& reference,
                   const ResidualStream& quantized, const FaarOptions& options, size_t index) {
    const auto reference_model = reference_layer(plain);
    const auto begins = [&](LinearOp op, std::string_view what) {
        if (options.on_begin) options.on_begin(op, what);
    };
    for (const LinearGroup group : linear_groups) {
        const auto g = static_cast<size_t>(group);
        const auto quantize = [&](const Tensor& x) -> Result<Tensor> {
            return scheme.activations ? fake_quantize(x, scheme, layer.input_scale[g]) : x;
        };
        FP4_TRY_ASSIGN(const auto model,
                       fake_quantized(std::make_shared<const QuantizedLayer>(layer), scheme));
        const ObservedSide reference_side{reference, reference_model},
            quantized_side{quantized, model};
        begins(members(group).front(), "moments");
        FP4_TRY_ASSIGN(auto moments,
                       observe_moments(group, reference_side,
                                       options.true_inputs ? quantized_side : reference_side,
                                       quantize, config, rope));
        if (options.damp > 0) moments.damp(options.damp);
        for (const LinearOp op : members(group)) {
            auto& packed = *layer.linears[static_cast<size_t>(op)];
            const auto begin = std::chrono::steady_clock::now();
            begins(op, "scales");
            FP4_TRY_ASSIGN(auto nearest,
                           rounding_choices(plain[op], packed, scheme.weights->encoder,
                                            *layer.weight_scale[g]));
            OnRoundingStep on_step;
            if (options.on_step)
                on_step = [&](const RoundingStep& step) { options.on_step(op, step); };
            const OutputLoss loss(moments, options.curvature.empty()
                                               ? Tensor()
                                               : options.curvature[index][static_cast<size_t>(op)]);
            nearest = to_device(std::move(nearest), plain[op].device());
            const double nearest_loss =
                loss.value(plain[op], hardened_values(nearest, nearest.position));
            FP4_TRY_ASSIGN(const auto start,
                           choose_scales(plain[op], std::move(nearest), scheme.weights->encoder,
                                         *layer.weight_scale[g], loss, options.scales));
            auto trained = train_roundings(plain[op], start.choices, loss, options.recipe, on_step,
                                           {start.v, nearest_loss});
            if (trained.loss < 1 || options.recipe.random)
                packed = hardened(start.choices, trained.v);
            trained.v.reset();
            if (options.on_linear)
                options.on_linear(
                    {op, std::move(trained),
                     std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                         .count()});
        }
    }
    return Done{};
}

} // namespace fp4::quant
