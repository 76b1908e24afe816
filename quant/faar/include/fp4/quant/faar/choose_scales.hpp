// Block scales and special values for learned roundings: an encoder chooses them for rounding to
// nearest; what is trained can do with others.
#pragma once
#include <array>
#include <string_view>

#include "fp4/quant/faar/rescale_blocks.hpp"

namespace fp4::quant {

// The first choice: the encoder's; that of least squared error of the weights; that of least
// squared error, each weight's times its input's second moment.
enum class ScaleCriterion : uint8_t { encoder, weights, inputs };
inline constexpr std::array<std::string_view, 3> scale_criterion_names{"encoder", "weights",
                                                                       "inputs"};

struct ScaleRecipe {
    ScaleCriterion criterion = ScaleCriterion::inputs;
    int64_t rounds =
        3; // afterwards, of flip_roundings() and rescale_blocks() in turns, on the layer's loss
};

// w, encoder, tensor_scale: those of `nearest`, rounded to nearest. A round never raises the loss;
// the first choice may, until roundings are trained under it. Errors: those of rounding_choices().
Result<RescaleResult> choose_scales(const Tensor& w, RoundingChoices nearest, Encoder encoder,
                                    const TensorScale& tensor_scale, const OutputLoss& loss,
                                    const ScaleRecipe& recipe);

} // namespace fp4::quant
