// A quantized linear layer, and where a writer gets a model of them from.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "fp4/formats/packed_tensor.hpp"
#include "fp4/encode/tensor_scale.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::checkpoints {

struct QuantizedLinear {
    std::string name;    // of the module: "model.layers.0.mlp.up_proj"
    PackedTensor weight; // its tensor_scale is scale.multiplier
    TensorScale scale;
    TensorScaleKind exact =
        TensorScaleKind::multiplier;  // which of scale's two numbers is not the rounded inverse of
                                      // the other, in input_scale too
    std::optional<Encoder> encoder{}; // none: not known
    int e3m3_max = e3m3_max_default;  // razer-w: the encoder's largest block scale
    std::optional<Format> activations{}; // none: the layer's input is not quantized
    std::optional<TensorScale> input_scale{};
};

// What is known of a linear layer before its weights are made: W[rows = outputs, k = inputs].
struct LinearSpec {
    std::string name;
    uint64_t rows = 0;
    uint64_t k = 0;
    bool has_input_scale = false;
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
