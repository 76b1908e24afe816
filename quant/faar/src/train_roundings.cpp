#include "fp4/quant/faar/train_roundings.hpp"

#include "fp4/quant/faar/projected_adam.hpp"
#include "fp4/quant/model/seeded_generator.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t steps_per_point = 25; // of a curve

class Training {
  public:
    Training(const Tensor& w, const RoundingChoices& choices, const OutputLoss& loss,
             const RoundingRecipe& recipe, double nearest_loss)
        : w_(w), choices_(choices), loss_(loss), recipe_(recipe), v_(choices.position.clone()) {
        nearest_loss_ = nearest_loss >= 0
                            ? nearest_loss
                            : loss.value(w, hardened_values(choices, choices.position));
        // What the output loss and its gradient are divided by.
        unit_ = recipe.normalized ? nearest_loss_ : static_cast<double>(w.numel());
        if (!(unit_ > 0)) unit_ = 1;
        moments_ = loss.moments().quantized.to(torch::kFloat);
        target_ = torch::mm(w.to(torch::kDouble), loss.moments().cross.t()).to(torch::kFloat);
        if (loss.curvature().defined()) curvature_ = loss.curvature().to(torch::kFloat);
    }

    void step(int64_t index) {
        const auto& schedule = recipe_.schedule;
        beta_ = schedule.beta_at(index);
        auto by_value =
            (torch::mm(soft_values(choices_, v_, beta_), moments_) - target_) * (2 / unit_);
        if (curvature_.defined()) by_value = torch::mm(curvature_, by_value);
        const auto undecided =
            (v_ * 2 - 1) * (-4 * schedule.lambda_at(index) / static_cast<double>(v_.numel()));
        adam_.step(v_, gradient_by_position(choices_, v_, beta_, by_value) + undecided,
                   schedule.learning_rate_at(index));
    }

    RoundingStep now(int64_t index) const {
        return {index, relative(soft_values(choices_, v_, beta_)),
                rounding_loss(choices_, v_).item<double>(), undecided_share(choices_, v_)};
    }

    double relative(const Tensor& values) const {
        return nearest_loss_ > 0 ? loss_.value(w_, values) / nearest_loss_ : 1;
    }
    double relative_hard(const Tensor& v) const { return relative(hardened_values(choices_, v)); }
    const Tensor& v() const { return v_; }

  private:
    const Tensor& w_;
    const RoundingChoices& choices_;
    const OutputLoss& loss_;
    const RoundingRecipe& recipe_;
    Tensor v_, moments_, curvature_, target_; // float32 copies of the loss
    double nearest_loss_ = 0, unit_ = 1, beta_ = 1;
    ProjectedAdam adam_;
};

} // namespace

RoundingRecipe paper_recipe() {
    RoundingRecipe recipe{.normalized = false, .flips = false};
    recipe.schedule.lambda_max = 0.1;
    recipe.schedule.lambda_start_share = 1;
    return recipe;
}

TrainedRoundings train_roundings(const Tensor& w, const RoundingChoices& choices,
                                 const OutputLoss& loss, const RoundingRecipe& recipe,
                                 const OnRoundingStep& on_step, const RoundingStart& start) {
    const torch::NoGradGuard no_grad;
    Training training(w, choices, loss, recipe, start.nearest_loss);
    TrainedRoundings out;
    if (recipe.random) {
        out.v = torch::bernoulli(choices.position.to(torch::kCPU), seeded_generator(1, 0))
                    .to(w.device());
        out.loss = out.loss_hardened = training.relative_hard(out.v);
        return out;
    }
    for (int64_t index = 0; index < recipe.schedule.steps; ++index) {
        training.step(index);
        if (index % steps_per_point != 0 && index + 1 != recipe.schedule.steps) continue;
        out.curve.push_back(training.now(index));
        if (on_step) on_step(out.curve.back());
    }
    if (!out.curve.empty()) {
        out.loss_soft = out.curve.back().loss;
        out.undecided = out.curve.back().undecided;
    }
    out.loss_hardened = training.relative_hard(training.v());

    out.v = ((start.v.defined() ? start.v : choices.position) >= 0.5).to(torch::kFloat);
    out.loss = training.relative_hard(out.v);
    const auto keep = [&](const Tensor& v, double relative) {
        if (relative < out.loss) out.v = (v >= 0.5).to(torch::kFloat), out.loss = relative;
    };
    keep(training.v(), out.loss_hardened);
    if (!recipe.flips) return out;
    const auto alone =
                   flip_roundings(w, choices, start.v.defined() ? start.v : choices.position, loss),
               after = flip_roundings(w, choices, training.v(), loss);
    out.loss_flipped = training.relative_hard(alone.v);
    out.flips = after.flips;
    keep(alone.v, out.loss_flipped);
    keep(after.v, training.relative_hard(after.v));
    return out;
}

} // namespace fp4::quant
