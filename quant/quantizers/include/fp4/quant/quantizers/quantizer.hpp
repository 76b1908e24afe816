// A way to find codes: what it needs to see of a model, and its steps on every layer. The pipeline
// shows it that and takes the steps; it never asks which quantizer it is.
#pragma once
#include <functional>
#include <span>

#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/quant/quantizers/encode_group.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"

namespace fp4::quant {

struct QuantizerNeeds {
    bool samples = false;     // prepare(): rows of the inputs that linears get unquantized
    bool grams = false;       // encode(): second moments of the inputs that they get quantized
    bool pairs = false;       // finish(), left out without: both kinds of inputs, by position
    bool predictions = false; // begin(): the whole model instead of its embedding

    // Residual streams over the layers: of the unquantized model (static input scales are made of
    // it too), and behind the layers that are quantized already. Quantizer sets them.
    bool reference_stream = false, quantized_stream = false;

    bool windows() const { return reference_stream || quantized_stream; }
};

// The inputs of a layer's linears over the calibration set, run as often as they are asked for.
class LayerInputs {
  public:
    virtual ~LayerInputs() = default;

    // [rows, K] float32 each: x of the unquantized model, x_q as the scheme quantizes inputs.
    using Visit = std::function<void(const Tensor& x, const Tensor& x_q)>;

    // Chunk by chunk. x_q is made of what the group gets behind the quantized layers and `layer` as
    // far as its groups go; or, without `behind_quantized`, of x. Errors: an input that cannot be
    // encoded.
    virtual Status visit(LinearGroup group, const QuantizedLayer& layer, bool behind_quantized,
                         const Visit& visit) = 0;
};

// By LinearGroup.
using GroupTensors = std::array<Tensor, 4>;

// The steps in their order: begin() once, then prepare(), encode() for each group, and finish() on
// every layer. By itself it rounds to nearest.
class Quantizer {
  public:
    explicit Quantizer(const Scheme& scheme, const QuantizerNeeds& needs = {})
        : scheme_(scheme), needs_(needs) {
        const bool fixes_inputs =
            scheme.activations && scheme.activation_scale == ActivationScale::fixed;
        needs_.reference_stream = needs.samples || needs.pairs || fixes_inputs;
        needs_.quantized_stream = scheme.weights && (needs.grams || needs.pairs);
    }
    virtual ~Quantizer() = default;

    const Scheme& scheme() const { return scheme_; }
    const QuantizerNeeds& needs() const { return needs_; }

    // windows: [count, length] token ids of the calibration set; undefined where none are needed.
    // bad_argument: dimensions that it does not take, naming the tensor.
    virtual Status begin(const CausalLm& /*model*/, const Tensor& /*windows*/,
                         int64_t /*windows_at_once*/) {
        return Done{};
    }

    // layer.plain: the layer's weights, to be changed into others of the same function; samples:
    // [rows, K] of every group. Input scales are made behind this step.
    virtual Status prepare(QuantizedLayer& /*layer*/, const GroupTensors& /*samples*/) {
        return Done{};
    }

    // weights: the group's, [N, K] float32 each, transformed as prepare() said. gram: [K, K].
    virtual Result<EncodedGroup> encode(std::span<const Tensor> weights, const Tensor& /*gram*/) {
        return encode_group(weights, *scheme_.weights, scheme_);
    }

    // layer: encoded. plain: its weights before prepare(). index: its number in the model.
    virtual Status finish(QuantizedLayer& /*layer*/, const LayerWeights& /*plain*/,
                          size_t /*index*/, LayerInputs& /*inputs*/) {
        return Done{};
    }

  private:
    Scheme scheme_;
    QuantizerNeeds needs_;
};

} // namespace fp4::quant
