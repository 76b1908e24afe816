// FAAR stage 1 over the linears of a layer.
#pragma once
#include "fp4/quant/faar/faar_recipe.hpp"
#include "fp4/quant/faar/output_curvature.hpp"
#include "fp4/quant/faar/quantize_progress.hpp"
#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

class FaarQuantizer final : public Quantizer {
  public:
    // Of the recipe, what is stage 1's. progress outlives this.
    FaarQuantizer(const Scheme& scheme, const FaarRecipe& recipe, QuantizeProgress& progress)
        : Quantizer(scheme, {.pairs = true, .predictions = recipe.curvature}), recipe_(recipe),
          progress_(progress) {}

    // Takes the curvature of the model's outputs, where the recipe weighs them by it.
    Status begin(const CausalLm& model, const Tensor& windows, int64_t windows_at_once) override;

    // Replaces codes and scale bytes of a layer that is rounded to nearest; tensor scales stay, and
    // a linear whose loss was not lowered stays as it is. Groups go in order, each on the inputs
    // that those before it leave. Errors: those of the inputs, rounding_choices and choose_scales.
    Status finish(QuantizedLayer& layer, const LayerWeights& plain, size_t index,
                  LayerInputs& inputs) override;

  private:
    // Of one linear: its codes, and how it went.
    Status round(PackedTensor& packed, const Tensor& w, const TensorScale& scale, LinearOp op,
                 const OutputLoss& loss);

    FaarRecipe recipe_;
    QuantizeProgress& progress_;
    std::vector<LayerCurvature> curvature_; // of the reference, by layer; empty: all outputs alike
};

} // namespace fp4::quant
