// The stored tensor and input scales of a checkpoint, with their places.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/message.hpp"
#include "linear_tensors.hpp"
#include "scale_direction.hpp"

namespace fp4::checkpoints {

// Every scale of an input; of a weight whose rows have their own, those that tell of the others:
// the smallest and the largest, or the first that is no scale.
struct StoredScales {
    std::vector<StoredScale> weights, inputs;
};

// As above: one or two of `scales`, of which there is at least one.
std::vector<float> telling(std::span<const float> scales);

template <class Linears>
StoredScales tensor_scales_of(const Linears& linears) {
    StoredScales found;
    for (const LinearTensors& linear : linears) {
        const auto stored = [&](LinearPart part, float value) {
            const auto& at = *linear.tensors[part];
            return StoredScale{at.tensor->name, place_text(at), value};
        };
        for (const float scale : telling(linear.tensor_scales))
            found.weights.push_back(stored(tensor_scale, scale));
        if (linear.input_scale) found.inputs.push_back(stored(input_scale, *linear.input_scale));
    }
    return found;
}

// The largest magnitude of a weight under tensor scale 1: 6 times the largest block scale.
float full_scale_range(const LayoutSpec& layout, const QuantizationConfig& config);

// "the KV cache's quantization (FP8) and its 4 scales ('...')".
std::string kv_cache_note(const QuantizationConfig& config, std::span<const TensorLocation> scales);

} // namespace fp4::checkpoints
