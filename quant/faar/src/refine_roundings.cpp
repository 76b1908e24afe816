#include "fp4/quant/faar/refine_roundings.hpp"

#include "fp4/quant/faar/backpropagate.hpp"
#include "fp4/quant/faar/soft_layer.hpp"
#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"
#include "joint_descent.hpp"

namespace fp4::quant {
namespace {

// What a round knows of a linear, sums over rows.
struct Observed {
    Tensor gradient; // by its values, [N, K]
    Tensor moments;  // of its quantized inputs, [K, K]
};

class Refinement {
  public:
    Refinement(const CausalLm& model, std::vector<SoftLayer> layers, const Tensor& windows,
               const RefineOptions& options)
        : model_(model), layers_(std::move(layers)), options_(options),
          rope_(rope_table(model.config, windows.size(1), model.embed_tokens.options())) {
        const auto measured = std::max<int64_t>(
            1, static_cast<int64_t>(static_cast<double>(windows.size(0)) * options.measured_share));
        measured_ = windows.narrow(0, 0, measured);
        learned_ = windows.narrow(0, measured, windows.size(0) - measured);
    }

    double kl() const {
        const torch::NoGradGuard no_grad;
        const auto values = hard_values();
        double sum = 0;
        for (const Tensor& some : measured_.split(options_.windows_at_once)) {
            const auto tokens = some.to(model_.embed_tokens.device(), torch::kLong);
            auto x = torch::embedding(model_.embed_tokens, tokens);
            for (size_t layer = 0; layer < layers_.size(); ++layer)
                x = run(layer, x, values, nullptr);
            const auto reference = hidden_states(model_, tokens);
            const torch::AutoGradMode with_gradient(true);
            sum +=
                distillation_loss(model_, reference, x, {}).kl * static_cast<double>(some.size(0));
        }
        return sum / static_cast<double>(measured_.size(0));
    }

    // Gradients and moments over the windows that are learned from.
    std::vector<Observed> observe() const {
        auto values = hard_values();
        for (auto& value : values) value.requires_grad_(true);
        std::vector<Observed> out(values.size());
        for (const Tensor& some : learned_.split(options_.windows_at_once)) {
            const auto tokens = some.to(model_.embed_tokens.device(), torch::kLong);
            const RunLayer layer = [&](size_t i, const Tensor& x) {
                return run(i, x, values, &out);
            };
            backpropagate(model_, layer, tokens,
                          {.kl_weight = static_cast<double>(tokens.numel())});
        }
        for (size_t i = 0; i < values.size(); ++i) out[i].gradient = values[i].grad();
        return out;
    }

    uint64_t flip(const std::vector<Observed>& observed,
                  const std::vector<LayerCurvature>& curvature, double caution) {
        const torch::NoGradGuard no_grad;
        const auto rows = static_cast<double>(learned_.numel());
        uint64_t flips = 0;
        for (size_t i = 0; i < observed.size(); ++i) {
            const size_t layer = i / SoftLayer::count, linear = i % SoftLayer::count;
            // The divergence changes by gradient * d and half of d's quadratic form.
            JointDescent descent(
                layers_[layer].choices(linear), layers_[layer].v(linear).detach(),
                {observed[i].moments / rows, curvature[layer][linear] * (caution / 2)},
                observed[i].gradient / (2 * rows));
            flips += descent.pass();
            layers_[layer].v(linear) = descent.v().to(layers_[layer].v(linear).device());
        }
        return flips;
    }

    std::vector<Tensor> positions() const {
        std::vector<Tensor> out;
        for (const auto& layer : layers_)
            for (size_t linear = 0; linear < SoftLayer::count; ++linear)
                out.push_back(layer.v(linear).detach());
        return out;
    }

    void set_positions(const std::vector<Tensor>& positions) {
        for (size_t i = 0; i < positions.size(); ++i)
            layers_[i / SoftLayer::count].v(i % SoftLayer::count) = positions[i];
    }

    std::vector<QuantizedLayer> hardened() const {
        std::vector<QuantizedLayer> out;
        for (const auto& layer : layers_) out.push_back(layer.hardened());
        return out;
    }

  private:
    std::vector<Tensor> hard_values() const {
        std::vector<Tensor> out;
        for (const auto& layer : layers_)
            for (size_t linear = 0; linear < SoftLayer::count; ++linear)
                out.push_back(hardened_values(layer.choices(linear), layer.v(linear).detach()));
        return out;
    }

    Tensor run(size_t layer, const Tensor& x, const std::vector<Tensor>& values,
               std::vector<Observed>* observed) const {
        const GroupFunction linears = [&](LinearGroup group, const Tensor& input) {
            const auto quantized = layers_[layer].quantized_input(group, input);
            std::vector<Tensor> outputs;
            for (const LinearOp op : members(group))
                outputs.push_back(torch::linear(
                    quantized, values[layer * SoftLayer::count + static_cast<size_t>(op)]));
            if (observed) add_moments(*observed, layer, group, quantized.detach().flatten(0, -2));
            return outputs;
        };
        return decoder_layer(x, layers_[layer].norms(), model_.config, rope_, linears);
    }

    static void add_moments(std::vector<Observed>& observed, size_t layer, LinearGroup group,
                            const Tensor& rows) {
        const auto product = torch::mm(rows.t(), rows).to(torch::kDouble);
        for (const LinearOp op : members(group)) {
            auto& sum = observed[layer * SoftLayer::count + static_cast<size_t>(op)].moments;
            sum = sum.defined() ? sum + product : product;
        }
    }

    const CausalLm& model_;
    std::vector<SoftLayer> layers_;
    const RefineOptions& options_;
    RopeTable rope_;
    Tensor measured_, learned_;
};

} // namespace

Result<std::vector<QuantizedLayer>>
refine_roundings(const CausalLm& model, std::vector<QuantizedLayer> start, const Scheme& scheme,
                 const Tensor& windows, const std::vector<LayerCurvature>& curvature,
                 const RefineOptions& options,
                 const std::function<void(const RefineRound&)>& on_round) {
    if (start.size() != model.layers.size() || curvature.size() != start.size() ||
        windows.dim() != 2 || windows.size(0) < 2)
        return Error{ErrorCode::bad_argument,
                     "refinement: expected a quantized layer and a curvature for each of the "
                     "model's, and at least two windows"};
    std::vector<SoftLayer> layers;
    for (size_t i = 0; i < start.size(); ++i) {
        FP4_TRY_ASSIGN(auto layer, SoftLayer::make(model.layers[i], std::move(start[i]), scheme,
                                                   {.commitment = 1}));
        layers.push_back(std::move(layer));
    }
    Refinement refinement(model, std::move(layers), windows, options);
    try {
        RefineRound round{.kl_before = refinement.kl(), .caution = options.caution};
        for (; round.round < options.rounds; ++round.round) {
            const auto before = refinement.positions();
            round.flips = refinement.flip(refinement.observe(), curvature, round.caution);
            round.kl_after = refinement.kl();
            round.kept = round.kl_after < round.kl_before;
            if (on_round) on_round(round);
            if (round.kept)
                round.kl_before = round.kl_after;
            else
                refinement.set_positions(before), round.caution *= 4;
        }
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    return refinement.hardened();
}

} // namespace fp4::quant
