// A decoder layer after quantization: exactly what is evaluated, exported and put into traces.
#pragma once
#include <array>
#include <optional>

#include "fp4/formats/packed_tensor.hpp"
#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/quant/model/decoder_layer.hpp"
#include "fp4/encode/tensor_scale.hpp"

namespace fp4::quant {

struct QuantizedLayer {
    // Norms (with folded factors where the method folds), and the linears themselves where weights
    // stay as they are.
    LayerWeights plain;
    std::array<std::optional<PackedTensor>, 7> linears;     // by LinearOp
    std::array<std::optional<TensorScale>, 4> weight_scale; // by LinearGroup, shared by its members
    std::array<std::optional<TensorScale>, 4>
        input_scale;                   // by LinearGroup; static activation scales
    std::array<int64_t, 4> hadamard{}; // by LinearGroup: block of the transform of its input, in
                                       // float32 before the encoder; 0: none

    // x, an input or a weight, as the group's linears take it: through the transform, where the
    // group has one.
    Tensor transformed(LinearGroup group, const Tensor& x) const;
    bool transforms() const { return hadamard != std::array<int64_t, 4>{}; }

    // Groups without a static scale, where the scheme has static ones, are linears that were left
    // as they are.
    bool quantizes_input(LinearGroup group, const Scheme& scheme) const {
        return scheme.activations && (scheme.activation_scale != ActivationScale::fixed ||
                                      input_scale[static_cast<size_t>(group)]);
    }
};

} // namespace fp4::quant
