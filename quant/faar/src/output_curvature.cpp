#include "fp4/quant/faar/output_curvature.hpp"

#include "fp4/quant/model/seeded_generator.hpp"

namespace fp4::quant {
namespace {

void add(Tensor& sum, const Tensor& gradient) {
    const auto rows = gradient.flatten(0, -2);
    const auto product = torch::mm(rows.t(), rows).to(torch::kDouble);
    sum = sum.defined() ? sum + product : product;
}

// A token for each position; windows draw from generators of their own.
Tensor drawn_tokens(const Tensor& log_p, uint64_t seed, int64_t first_window) {
    const auto p = log_p.detach().exp().to(torch::kCPU);
    std::vector<Tensor> drawn;
    for (int64_t w = 0; w < p.size(0); ++w)
        drawn.push_back(torch::multinomial(
            p[w], 1, false, seeded_generator(seed, static_cast<uint64_t>(first_window + w))));
    return torch::stack(drawn).to(log_p.device());
}

// Gradients of the summed loss of a few windows by the outputs of every linear.
void add_windows(std::vector<LayerCurvature>& sums, const CausalLm& model, const Tensor& tokens,
                 uint64_t seed, int64_t first_window) {
    std::vector<std::array<Tensor, 7>> outputs(model.layers.size());
    const LayerLinears linears = [&](size_t layer) -> GroupFunction {
        return [&, layer](LinearGroup group, const Tensor& input) {
            auto out = apply_linears(model.layers[layer], group, input);
            for (size_t i = 0; const LinearOp op : members(group)) {
                auto& own = out[i++];
                if (!own.requires_grad())
                    own.requires_grad_(true); // the first linears, whose input no gradient reaches
                own.retain_grad();
                outputs[layer][static_cast<size_t>(op)] = own;
            }
            return out;
        };
    };
    const torch::AutoGradMode graph(true);
    const auto log_p = torch::log_softmax(logits(model, hidden_states(model, tokens, linears)), -1);
    (-log_p.gather(-1, drawn_tokens(log_p, seed, first_window)).sum()).backward();
    for (size_t layer = 0; layer < outputs.size(); ++layer)
        for (size_t op = 0; op < outputs[layer].size(); ++op)
            add(sums[layer][op], outputs[layer][op].grad());
}

} // namespace

std::vector<LayerCurvature> output_curvature(const CausalLm& model, const Tensor& windows,
                                             const CurvatureOptions& options) {
    std::vector<LayerCurvature> sums(model.layers.size());
    int64_t first = 0;
    for (const Tensor& some : windows.split(options.windows_at_once)) {
        add_windows(sums, model, some.to(model.embed_tokens.device(), torch::kLong), options.seed,
                    first);
        first += some.size(0);
    }
    for (auto& layer : sums)
        for (Tensor& sum : layer) {
            sum /= static_cast<double>(windows.numel());
            sum += torch::eye(sum.size(0), sum.options()) * (sum.diagonal().mean() * options.damp);
        }
    return sums;
}

} // namespace fp4::quant
