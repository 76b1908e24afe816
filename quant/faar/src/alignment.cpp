#include "fp4/quant/faar/alignment.hpp"

#include <algorithm>
#include <cmath>

#include "fp4/quant/faar/backpropagate.hpp"
#include "fp4/quant/faar/soft_rounding.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "fp4/quant/quantizers/encode_group.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/quant/model/seeded_generator.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t unit_batches = 4;

DistillationOptions loss_options(const AlignmentRecipe& recipe) {
    return {.temperature = recipe.temperature, .top_k = recipe.top_k};
}

// A layer's linears rounded to nearest.
Result<LayerWeights> nearest_weights(const LayerWeights& plain, const Scheme& scheme) {
    LayerWeights out = plain;
    for (const LinearGroup group : linear_groups) {
        std::vector<Tensor> linears;
        for (const LinearOp op : members(group)) linears.push_back(plain[op]);
        FP4_TRY_ASSIGN(const auto encoded, encode_group(linears, *scheme.weights, scheme));
        for (size_t i = 0; const LinearOp op : members(group)) {
            FP4_TRY_ASSIGN(const auto values, dequantized(encoded.members[i++]));
            out[op] = values.to(plain[op].device());
        }
    }
    return out;
}

} // namespace

Alignment::Alignment(const CausalLm& model, const Scheme& scheme, const Tensor& windows,
                     const AlignmentRecipe& recipe)
    : model_(&model), scheme_(scheme), windows_(windows), recipe_(recipe),
      rope_(rope_table(model.config, windows.size(1), model.embed_tokens.options())) {}

Result<Alignment> Alignment::make(const CausalLm& model, std::vector<QuantizedLayer> start,
                                  const Scheme& scheme, const Tensor& windows,
                                  const AlignmentRecipe& recipe) {
    if (start.size() != model.layers.size() || windows.dim() != 2 || windows.size(0) < 1)
        return Error{ErrorCode::bad_argument, "alignment: expected a quantized layer for each of "
                                              "the model's, and at least one window"};
    Alignment out(model, scheme, windows, recipe);
    double choices = 0;
    for (size_t i = 0; i < start.size(); ++i) {
        FP4_TRY_ASSIGN(auto layer, SoftLayer::make(model.layers[i], std::move(start[i]), scheme,
                                                   {recipe.commitment, recipe.pull,
                                                    recipe.norm_learning_rate > 0}));
        for (size_t linear = 0; linear < SoftLayer::count; ++linear)
            choices += count_of_choices(layer.choices(linear));
        out.layers_.push_back(std::move(layer));
    }
    out.choices_ = std::max(1.0, choices);
    out.adams_.resize(out.leaves().size());
    if (recipe.normalized) FP4_TRY(out.measure_units());
    return out;
}

// Step s takes the next batch_windows of the concatenated epochs, each a permutation of all
// windows.
Tensor Alignment::batch(int64_t step) const {
    const int64_t count = windows_.size(0);
    std::vector<Tensor> rows;
    for (int64_t number = step * recipe_.batch_windows; number < (step + 1) * recipe_.batch_windows;
         ++number) {
        const auto order = torch::randperm(
            count, seeded_generator(recipe_.seed, static_cast<uint64_t>(number / count)),
            torch::kLong);
        rows.push_back(windows_[order[number % count].item<int64_t>()]);
    }
    return torch::stack(rows).to(model_->embed_tokens.device(), torch::kLong);
}

// What rounding to nearest costs on the first batches.
Status Alignment::measure_units() {
    const torch::NoGradGuard no_grad;
    std::vector<LayerWeights> nearest;
    for (const auto& layer : model_->layers) {
        FP4_TRY_ASSIGN(auto weights, nearest_weights(layer, scheme_));
        nearest.push_back(std::move(weights));
    }
    double kl = 0, hidden_mse = 0;
    for (int64_t step = 0; step < unit_batches; ++step) {
        const auto tokens = batch(step);
        auto x = torch::embedding(model_->embed_tokens, tokens);
        try {
            for (size_t i = 0; i < layers_.size(); ++i) {
                const GroupFunction linears = [&](LinearGroup group, const Tensor& input) {
                    return apply_linears(nearest[i], group,
                                         layers_[i].quantized_input(group, input));
                };
                x = decoder_layer(x, layers_[i].norms(), model_->config, rope_, linears);
            }
        } catch (const LinearFailed& failed) {
            return failed.error;
        }
        const torch::AutoGradMode with_gradient(true);
        const auto apart =
            distillation_loss(*model_, hidden_states(*model_, tokens), x, loss_options(recipe_));
        kl += apart.kl / unit_batches;
        hidden_mse += apart.hidden_mse / unit_batches;
    }
    if (kl > 0) kl_unit_ = kl;
    if (hidden_mse > 0) hidden_unit_ = hidden_mse;
    return Done{};
}

std::vector<Alignment::Leaf> Alignment::leaves() const {
    std::vector<Leaf> out;
    for (size_t i = 0; i < layers_.size(); ++i) {
        const auto layer = "layers." + std::to_string(i) + ".";
        for (size_t linear = 0; linear < SoftLayer::count; ++linear)
            out.push_back(
                {layer + std::string(name_of(linear_ops[linear])), layers_[i].v(linear), true});
        for (size_t norm = 0; norm < SoftLayer::norm_names.size(); ++norm)
            if (layers_[i].gain(norm).defined())
                out.push_back({layer + std::string(SoftLayer::norm_names[norm]),
                               layers_[i].gain(norm), false});
    }
    return out;
}

void Alignment::update() {
    const torch::NoGradGuard no_grad;
    const auto& schedule = recipe_.schedule;
    auto norm_schedule = schedule;
    norm_schedule.learning_rate = recipe_.norm_learning_rate;
    const double lambda = schedule.lambda_at(step_),
                 learning_rate = schedule.learning_rate_at(step_),
                 norm_learning_rate = norm_schedule.learning_rate_at(step_);
    for (size_t i = 0; auto& leaf : leaves()) {
        auto& position = leaf.position;
        auto gradient = position.grad();
        if (leaf.rounding) gradient = gradient + (position * 2 - 1) * (-4 * lambda / choices_);
        adams_[i++].step(position, gradient, leaf.rounding ? learning_rate : norm_learning_rate);
        position.mutable_grad().reset();
    }
}

Result<AlignmentStep> Alignment::train_step() {
    const auto& schedule = recipe_.schedule;
    auto options = loss_options(recipe_);
    options.kl_weight = recipe_.kl_weight / kl_unit_;
    options.hidden_weight = recipe_.hidden_weight / hidden_unit_;
    const double beta = schedule.beta_at(step_);
    const RunLayer run = [&](size_t layer, const Tensor& x) {
        return decoder_layer(x, layers_[layer].norms(), model_->config, rope_,
                             layers_[layer].soft_linears(beta));
    };
    AlignmentStep out{.step = step_};
    try {
        const auto loss = backpropagate(*model_, run, batch(step_), options, recipe_.recompute);
        out.kl = loss.kl, out.hidden_mse = loss.hidden_mse;
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    if (!std::isfinite(out.kl) || !std::isfinite(out.hidden_mse))
        return Error{ErrorCode::not_finite, "alignment, step " + std::to_string(step_) +
                                                ": expected a finite loss, found kl " +
                                                std::to_string(out.kl)};
    update();
    ++step_;
    return out;
}

AlignmentState Alignment::state() const {
    const torch::NoGradGuard no_grad;
    AlignmentState out;
    for (const auto& layer : layers_)
        for (size_t linear = 0; linear < SoftLayer::count; ++linear) {
            const double share = count_of_choices(layer.choices(linear)) / choices_;
            out.undecided += undecided_share(layer.choices(linear), layer.v(linear)) * share;
            out.rounding_loss +=
                rounding_loss(layer.choices(linear), layer.v(linear)).item<double>() * share;
        }
    return out;
}

std::vector<QuantizedLayer> Alignment::hardened() const {
    std::vector<QuantizedLayer> out;
    for (const auto& layer : layers_) out.push_back(layer.hardened());
    return out;
}

} // namespace fp4::quant
