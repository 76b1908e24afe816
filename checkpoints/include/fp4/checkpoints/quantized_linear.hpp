// A quantized linear layer, and where a writer gets a model of them from.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fp4/formats/packed_tensor.hpp"
#include "fp4/encode/tensor_scale.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::checkpoints {

struct QuantizedLinear {
    std::string name;    // of the module: "model.layers.0.mlp.up_proj"
    PackedTensor weight; // its outer scales are the multipliers of these
    TensorScale scale;
    TensorScaleKind exact =
        TensorScaleKind::multiplier;  // which of scale's two numbers is not the rounded inverse of
                                      // the other, in input_scale too
    std::optional<Encoder> encoder{}; // none: not known
    int e3m3_max = e3m3_max_default;  // razer-w: the encoder's largest block scale
    std::optional<Format> activations{}; // none: the layer's input is not quantized
    std::optional<TensorScale> input_scale{};
    std::vector<TensorScale> row_scales{}; // in place of scale: one for each row; empty: none

    const TensorScale& scale_of(uint64_t row) const {
        return row_scales.empty() ? scale : row_scales[row];
    }
    // scale, or all of row_scales.
    std::span<const TensorScale> outer_scales() const {
        return row_scales.empty() ? std::span(&scale, 1) : std::span(row_scales);
    }
    // Makes them the scales of the weight, one or as many as it has rows.
    void set_scales(std::span<const TensorScale> scales);
};

// What is known of a linear layer before its weights are made: W[rows = outputs, k = inputs].
struct LinearSpec {
    std::string name;
    uint64_t rows = 0;
    uint64_t k = 0;
    bool has_input_scale = false;
    bool has_row_scales = false; // in place of one tensor scale
};

// A model from which one part at a time is pulled, so that it is never in memory as a whole.
class QuantizedModelSource {
  public:
    virtual ~QuantizedModelSource() = default;

    // Holds config.json and what else is copied to an output: generation_config.json and the
    // tokenizer.
    virtual const std::filesystem::path& folder() const = 0;

    // Everything but the weights of linears(), under ordinary names. A model with tied embeddings
    // has no lm_head.weight here.
    virtual std::span<const io::TensorSpec> plain_tensors() const = 0;

    // Bytes of plain tensor i from `offset` on.
    virtual Status read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const = 0;

    virtual std::span<const LinearSpec> linears() const = 0;

    // Linear i, with the name and shape of linears()[i]. An error ends the work of the caller.
    virtual Result<QuantizedLinear> linear(size_t i) = 0;
};

// The scale of a stored number, whose inverse is one rounded division.
TensorScale stored_scale(TensorScaleKind kind, float stored);

// The number of that kind.
float number_of(const TensorScale& scale, TensorScaleKind kind);

} // namespace fp4::checkpoints
