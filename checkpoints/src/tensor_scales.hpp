// The stored tensor and input scales of a checkpoint, with their places.
#pragma once
#include <string>
#include <vector>

#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/io/message.hpp"
#include "linear_tensors.hpp"
#include "scale_direction.hpp"

namespace fp4::checkpoints {

struct StoredScales {
    std::vector<StoredScale> weights, inputs;
};

template <class Linears>
StoredScales tensor_scales_of(const Linears& linears) {
    StoredScales found;
    for (const LinearTensors& linear : linears) {
        const auto stored = [&](LinearPart part, float value) {
            const auto& at = *linear.tensors[part];
            return StoredScale{at.tensor->name, place_text(at), value};
        };
        found.weights.push_back(stored(tensor_scale, linear.tensor_scale));
        if (linear.input_scale) found.inputs.push_back(stored(input_scale, *linear.input_scale));
    }
    return found;
}

// The largest magnitude of a weight under tensor scale 1: 6 times the largest block scale.
float full_scale_range(const LayoutSpec& layout, const QuantizationConfig& config);

// "the KV cache's quantization (FP8) and its 4 scales ('...')".
std::string kv_cache_note(const QuantizationConfig& config, std::span<const TensorLocation> scales);

} // namespace fp4::checkpoints
