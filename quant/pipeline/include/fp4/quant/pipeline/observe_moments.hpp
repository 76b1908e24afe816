// Second moments of the inputs of a group of linears, plain and quantized, over a calibration set.
#pragma once
#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/faar/input_moments.hpp"

namespace fp4::quant {

// One side of a comparison: a residual stream at the layer's input and the layer that it runs
// through.
struct ObservedSide {
    const ResidualStream& stream;
    const LayerModel& layer;
};

// The moments of x, which the group gets in `plain`, and of x_q = quantize(what it gets in
// `quantized`), at the same positions of the same windows. Linears behind the group are not run.
// Errors: a linear or a quantizer that fails.
Result<InputMoments>
observe_moments(LinearGroup group, const ObservedSide& plain, const ObservedSide& quantized,
                const std::function<Result<Tensor>(const Tensor& input)>& quantize,
                const DecoderConfig& config, const RopeTable& rope);

} // namespace fp4::quant
