// FAAR stage 1 over the linears of a layer.
#pragma once
#include <functional>
#include <string_view>

#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/faar/choose_scales.hpp"
#include "fp4/quant/faar/output_curvature.hpp"
#include "fp4/quant/faar/train_roundings.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"

namespace fp4::quant {

// How one linear's training went.
struct LinearRounding {
    LinearOp op;
    TrainedRoundings trained; // without v
    double seconds = 0;
};

struct FaarOptions {
    RoundingRecipe recipe{};
    ScaleRecipe scales{ScaleCriterion::encoder, 0};
    bool true_inputs = true; // x_q is what the linear gets behind quantized layers; else what the
                             // reference gives it, quantized
    double damp = 0;         // of the moments: InputMoments::damp
    std::vector<LayerCurvature> curvature =
        {}; // of the reference, by layer: what outputs weigh; empty: all the same
    std::function<void(LinearOp op, std::string_view what)> on_begin =
        {}; // before what has no steps: moments of a group's inputs, a linear's scales
    std::function<void(LinearOp op, const RoundingStep& step)> on_step = {};
    std::function<void(const LinearRounding& done)> on_linear = {};
};

// Replaces codes and scale bytes of `layer`, which is `plain` rounded to nearest under `scheme`;
// tensor scales stay, and a linear whose loss was not lowered stays as it is. Groups go in order,
// each on the inputs that those before it leave. index: the layer's number in the model. Streams at
// the layer's input. Errors: those of observe_moments, rounding_choices and choose_scales.
Status round_layer(QuantizedLayer& layer, const LayerWeights& plain, const DecoderConfig& config,
                   const RopeTable& rope, const Scheme& scheme, const ResidualStream& reference,
                   const ResidualStream& quantized, const FaarOptions& options, size_t index = 0);

} // namespace fp4::quant
