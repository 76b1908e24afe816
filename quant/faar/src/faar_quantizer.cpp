#include "fp4/quant/faar/faar_quantizer.hpp"

#include <chrono>

#include "fp4/quant/faar/input_moments.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

} // namespace

Status FaarQuantizer::begin(const CausalLm& model, const Tensor& windows, int64_t windows_at_once) {
    if (!recipe_.curvature) return Done{};
    progress_.model_begins("curvature of the outputs");
    curvature_ = output_curvature(model, windows,
                                  {.windows_at_once = windows_at_once, .damp = recipe_.damp});
    return Done{};
}

Status FaarQuantizer::finish(QuantizedLayer& layer, const LayerWeights& plain, size_t index,
                             LayerInputs& inputs) {
    for (const LinearGroup group : linear_groups) {
        progress_.linear_begins(members(group).front(), "moments");
        InputMoments moments;
        FP4_TRY(inputs.visit(group, layer, recipe_.true_inputs,
                             [&](const Tensor& x, const Tensor& x_q) { moments.add(x, x_q); }));
        if (recipe_.damp > 0) moments.damp(recipe_.damp);
        for (const LinearOp op : members(group)) {
            const auto at = static_cast<size_t>(op);
            const OutputLoss loss(moments, curvature_.empty() ? Tensor() : curvature_[index][at]);
            FP4_TRY(round(*layer.linears[at], plain[op],
                          *layer.weight_scale[static_cast<size_t>(group)], op, loss));
        }
    }
    return Done{};
}

Status FaarQuantizer::round(PackedTensor& packed, const Tensor& w, const TensorScale& scale,
                            LinearOp op, const OutputLoss& loss) {
    const auto begin = Clock::now();
    const auto encoder = scheme().weights->encoder;
    progress_.linear_begins(op, "scales");
    FP4_TRY_ASSIGN(auto nearest, rounding_choices(w, packed, encoder, scale));
    nearest = to_device(std::move(nearest), w.device());
    const double nearest_loss = loss.value(w, hardened_values(nearest, nearest.position));
    FP4_TRY_ASSIGN(const auto start,
                   choose_scales(w, std::move(nearest), encoder, scale, loss, recipe_.scales));
    auto trained =
        train_roundings(w, start.choices, loss, recipe_.stage1,
                        [&](const RoundingStep& step) { progress_.linear_step(op, step); },
                        {start.v, nearest_loss});
    if (trained.loss < 1 || recipe_.stage1.random) packed = hardened(start.choices, trained.v);
    trained.v.reset();
    progress_.linear_done({op, std::move(trained), seconds_since(begin)});
    return Done{};
}

} // namespace fp4::quant
