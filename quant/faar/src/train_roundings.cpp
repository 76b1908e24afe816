#include "fp4/quant/faar/train_roundings.hpp"

#include <cmath>
#include <numbers>

namespace fp4::quant {
namespace {

constexpr int64_t steps_per_point = 25; // of a curve

class Adam {
  public:
    void step(Tensor& v, const Tensor& gradient, double rate) {
        ++steps_;
        if (!mean_.defined()) mean_ = torch::zeros_like(v), square_ = torch::zeros_like(v);
        mean_.mul_(beta1).add_(gradient, 1 - beta1);
        square_.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        const double mean_scale = 1 / (1 - std::pow(beta1, steps_)), square_scale = 1 / (1 - std::pow(beta2, steps_));
        v.addcdiv_(mean_, (square_ * square_scale).sqrt_().add_(1e-8), -rate * mean_scale).clamp_(0, 1);
    }

  private:
    static constexpr double beta1 = 0.9, beta2 = 0.999;

    Tensor mean_, square_;
    double steps_ = 0;
};

class Training {
  public:
    Training(const Tensor& w, const RoundingChoices& choices, const InputMoments& moments, const RoundingRecipe& recipe)
        : w_(w), choices_(choices), moments_(moments), recipe_(recipe), v_(choices.position.clone()) {
        nearest_loss_ = output_loss(moments, w, hardened_values(choices, choices.position));
        // What the output loss and its gradient are divided by.
        unit_ = recipe.normalised ? nearest_loss_ : static_cast<double>(w.numel());
        if (!(unit_ > 0)) unit_ = 1;
        moments_f_ = moments.quantised.to(torch::kFloat);
        target_ = torch::mm(w.to(torch::kDouble), moments.cross.t()).to(torch::kFloat);
    }

    void step(int64_t index) {
        const double done = recipe_.steps > 1 ? static_cast<double>(index) / static_cast<double>(recipe_.steps - 1) : 1;
        beta_ = recipe_.beta_start * std::pow(recipe_.beta_end / recipe_.beta_start, done);
        const double lambda = recipe_.lambda_max * std::pow(recipe_.lambda_start_share, 1 - done);
        const double rate = recipe_.learning_rate * (0.1 + 0.45 * (1 + std::cos(done * std::numbers::pi)));
        const auto by_value = (torch::mm(soft_values(choices_, v_, beta_), moments_f_) - target_) * (2 / unit_);
        const auto undecided = (v_ * 2 - 1) * (-4 * lambda / static_cast<double>(v_.numel()));
        adam_.step(v_, gradient_by_position(choices_, v_, beta_, by_value) + undecided, rate);
    }

    RoundingStep now(int64_t index) const {
        return {index, relative(soft_values(choices_, v_, beta_)), rounding_loss(choices_, v_).item<double>(), undecided_share(choices_, v_)};
    }

    double relative(const Tensor& values) const { return nearest_loss_ > 0 ? output_loss(moments_, w_, values) / nearest_loss_ : 1; }
    double relative_hard(const Tensor& v) const { return relative(hardened_values(choices_, v)); }
    const Tensor& v() const { return v_; }

  private:
    const Tensor& w_;
    const RoundingChoices& choices_;
    const InputMoments& moments_;
    const RoundingRecipe& recipe_;
    Tensor v_, moments_f_, target_;
    double nearest_loss_ = 0, unit_ = 1, beta_ = 1;
    Adam adam_;
};

} // namespace

RoundingRecipe paper_recipe() { return {.lambda_max = 0.1, .lambda_start_share = 1, .normalised = false, .flips = false}; }

TrainedRoundings train_roundings(const Tensor& w, const RoundingChoices& choices, const InputMoments& moments, const RoundingRecipe& recipe,
                                 const OnRoundingStep& on_step) {
    const torch::NoGradGuard no_grad;
    Training training(w, choices, moments, recipe);
    TrainedRoundings out;
    for (int64_t index = 0; index < recipe.steps; ++index) {
        training.step(index);
        if (index % steps_per_point != 0 && index + 1 != recipe.steps) continue;
        out.curve.push_back(training.now(index));
        if (on_step) on_step(out.curve.back());
    }
    if (!out.curve.empty()) {
        out.loss_soft = out.curve.back().loss;
        out.undecided = out.curve.back().undecided;
    }
    out.loss_hardened = training.relative_hard(training.v());

    out.v = (choices.position >= 0.5).to(torch::kFloat);
    const auto keep = [&](const Tensor& v, double loss) {
        if (loss < out.loss) out.v = (v >= 0.5).to(torch::kFloat), out.loss = loss;
    };
    keep(training.v(), out.loss_hardened);
    if (!recipe.flips) return out;
    const auto alone = flip_roundings(w, choices, choices.position, moments), after = flip_roundings(w, choices, training.v(), moments);
    out.loss_flipped = training.relative_hard(alone.v);
    out.flips = after.flips;
    keep(alone.v, out.loss_flipped);
    keep(after.v, training.relative_hard(after.v));
    return out;
}

} // namespace fp4::quant
