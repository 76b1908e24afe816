#include "fp4/quant/faar/choose_scales.hpp"

#include "fp4/quant/faar/flip_roundings.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<RescaleResult> choose_scales(const Tensor& w, RoundingChoices nearest, Encoder encoder,
                                    const TensorScale& tensor_scale, const OutputLoss& loss,
                                    const ScaleRecipe& recipe) {
    const torch::NoGradGuard no_grad;
    RescaleResult out{.v = (nearest.position >= 0.5).to(torch::kFloat)};
    out.choices = std::move(nearest);
    const auto rescale = [&](const Tensor& v, const OutputLoss& by) -> Status {
        FP4_TRY_ASSIGN(auto rescaled, rescale_blocks(w, out.choices, v, encoder, tensor_scale, by));
        rescaled.blocks += out.blocks;
        out = std::move(rescaled);
        return Done{};
    };
    if (recipe.criterion != ScaleCriterion::encoder) {
        const auto second_moments = loss.moments().quantized.diagonal();
        const auto weighed = torch::diag(recipe.criterion == ScaleCriterion::weights
                                             ? torch::ones_like(second_moments)
                                             : second_moments);
        const InputMoments alone{weighed, weighed, weighed};
        FP4_TRY(rescale(out.v, OutputLoss(alone)));
    }
    for (int64_t round = 0; round < recipe.rounds; ++round)
        FP4_TRY(rescale(flip_roundings(w, out.choices, out.v, loss).v, loss));
    return out;
}

} // namespace fp4::quant
