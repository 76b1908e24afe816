// Inputs of a group of linears, plain and quantized, over a calibration set.
#pragma once
#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

// One side of a comparison: a residual stream at the layer's input and the layer that it runs
// through.
struct ObservedSide {
    const ResidualStream& stream;
    const LayerModel& layer;
};

// Visits x, which the group gets in `plain`, beside x_q = quantize(what it gets in `quantized`), at
// the same positions of the same windows, chunk by chunk. Linears behind the group are not run.
// Errors: a linear or a quantizer that fails.
Status observe_pairs(LinearGroup group, const ObservedSide& plain, const ObservedSide& quantized,
                     const std::function<Result<Tensor>(const Tensor& input)>& quantize,
                     const DecoderConfig& config, const RopeTable& rope,
                     const LayerInputs::Visit& visit);

} // namespace fp4::quant
