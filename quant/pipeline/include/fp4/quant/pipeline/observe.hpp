// Statistics of the inputs of a layer's linears over a calibration set.
#pragma once
#include <array>
#include <functional>
#include <vector>

#include "fp4/quant/evaluate/layer_model.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

// The residual stream of all calibration windows at one depth, in chunks of whole windows,
// [windows, positions, hidden] each.
using ResidualStream = std::vector<Tensor>;

// At the first layer: the embeddings of windows [count, length], so many windows a chunk.
ResidualStream embedded(const CausalLm& model, const Tensor& windows, int64_t windows_at_once = 8);

struct InputStatistics {
    int64_t rows = 0;
    Tensor channel_max;  // [K] largest magnitude
    Tensor channel_mean; // [K] mean magnitude
    Tensor gram;         // [K, K] double: sum of x x^T; undefined unless asked for
    Tensor sample;       // [rows, K] evenly spaced rows; undefined unless asked for

    float amax() const { return channel_max.max().item<float>(); }
};

struct ObserveOptions {
    bool gram = false;
    int64_t sample_rows = 0;
    std::function<Result<Tensor>(LinearGroup group, const Tensor& input)> transform =
        {}; // applied before observing; the linears get the original
};

// Runs the layer over the stream, leaving the stream as it was. Errors: a linear that fails, an
// input that is not finite (naming the group).
Result<std::array<InputStatistics, 4>>
observe_inputs(const ResidualStream& stream, const LayerModel& layer, const DecoderConfig& config,
               const RopeTable& rope, const ObserveOptions& options = {});

// Replaces the stream by the layer's outputs.
Status advance(ResidualStream& stream, const LayerModel& layer, const DecoderConfig& config,
               const RopeTable& rope);

} // namespace fp4::quant
