// A decoder layer whose linears' roundings are being trained, and on request the gains of its
// norms.
#pragma once
#include <array>
#include <string_view>

#include "fp4/quant/faar/rounding_choices.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"

namespace fp4::quant {

// Where training begins: between where a weight lies and its code, and so far from either end.
struct SoftStart {
    double commitment = 0; // 0: where the weight lies, 1: at its code
    double pull = 0;
    bool gains = false; // of both norms too
};

class SoftLayer {
  public:
    // `plain`: the layer's own weights. `start`: the layer with static scales under `scheme`, by a
    // method that takes one of the two neighbors of each weight; v begins on the side of its code.
    // Errors: those of rounding_choices; bad_argument for a layer with linears or inputs that are
    // not quantized as the scheme says.
    static Result<SoftLayer> make(const LayerWeights& plain, QuantizedLayer start,
                                  const Scheme& scheme, const SoftStart& begin);

    static constexpr size_t count = 7; // of linears, by LinearOp

    // [N, K] float32, 0 .. 1: leaves of the graph.
    Tensor& v(size_t linear) { return v_[linear]; }
    const Tensor& v(size_t linear) const { return v_[linear]; }
    // Without positions, which v took the place of.
    const RoundingChoices& choices(size_t linear) const { return choices_[linear]; }

    // Of the norms before attention and before the feed-forward block, [hidden] float32, 0 .. 1:
    // leaves that multiply them by gain + 0.5. Undefined unless asked for.
    static constexpr std::array<std::string_view, 2> norm_names{"input_layernorm",
                                                                "post_attention_layernorm"};
    const Tensor& gain(size_t norm) const { return gains_[norm]; }

    // The norms, to be differentiated by their gains.
    LayerWeights norms() const;

    // What the linears of a group get for `input` when the layer runs quantized; the gradient
    // passes straight through. Throws LinearFailed.
    Tensor quantized_input(LinearGroup group, const Tensor& input) const;

    // Soft weights and quantized inputs, to be differentiated by v and by the input.
    GroupFunction soft_linears(double beta) const;

    // The starting layer with every weight at the neighbor that its v is nearer to, and with
    // trained norms rounded to bfloat16.
    QuantizedLayer hardened() const;

  private:
    SoftLayer(QuantizedLayer start, const Scheme& scheme)
        : start_(std::move(start)), scheme_(scheme) {}

    QuantizedLayer start_;
    Scheme scheme_;
    std::array<RoundingChoices, count> choices_;
    std::array<Tensor, count> v_;
    std::array<Tensor, 2> gains_;
};

} // namespace fp4::quant
