#include "fp4/quant/evaluate/score_windows.hpp"

#include "fp4/quant/model/linear_failed.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t logits_at_once = int64_t{1} << 25; // float32 values of one model

Status run_layer(const LayerProvider& provider, size_t layer, const CausalLm& ends, const RopeTable& rope, Tensor& x) {
    const auto model = provider(layer);
    if (!model) return model.error();
    try {
        x = decoder_layer(x, model->weights, ends.config, rope, model->linears);
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    return Done{};
}

// Appends a window's sums for every model. hidden[0] is the reference's, [positions, hidden] each.
Status score_window(const CausalLm& ends, const std::vector<Tensor>& hidden, const Tensor& tokens, std::vector<WindowScores>& scores) {
    const int64_t predicted = tokens.size(0) - 1, step = std::max<int64_t>(1, logits_at_once / static_cast<int64_t>(ends.config.vocab_size));
    std::vector<double> nll(hidden.size(), 0), kl(hidden.size(), 0);
    std::vector<int64_t> top1(hidden.size(), 0);
    for (int64_t first = 0; first < predicted; first += step) {
        const int64_t rows = std::min(step, predicted - first);
        const auto next = tokens.narrow(0, first + 1, rows).unsqueeze(1);
        const auto reference = torch::log_softmax(logits(ends, hidden[0].narrow(0, first, rows)), -1);
        const auto probabilities = reference.exp();
        const auto likeliest = reference.argmax(-1);
        for (size_t m = 0; m < hidden.size(); ++m) {
            const auto log_q = m == 0 ? reference : torch::log_softmax(logits(ends, hidden[m].narrow(0, first, rows)), -1);
            nll[m] -= log_q.gather(1, next).sum(torch::kDouble).item<double>();
            if (m > 0) kl[m] += (probabilities * (reference - log_q)).sum(torch::kDouble).item<double>();
            top1[m] += m == 0 ? rows : (log_q.argmax(-1) == likeliest).sum().item<int64_t>();
        }
    }
    for (size_t m = 0; m < hidden.size(); ++m) {
        if (!std::isfinite(nll[m]) || !std::isfinite(kl[m]))
            return Error{ErrorCode::not_finite, "window " + std::to_string(scores[m].nll.size()) + ", " + (m == 0 ? "reference" : "model " + std::to_string(m)) +
                                                    ": expected finite scores, found nll " + std::to_string(nll[m]) + ", kl " + std::to_string(kl[m])};
        scores[m].nll.push_back(nll[m]);
        scores[m].kl.push_back(kl[m]);
        scores[m].top1.push_back(static_cast<uint32_t>(top1[m]));
    }
    return Done{};
}

} // namespace

Result<std::vector<WindowScores>> score_windows(const CausalLm& ends, const LayerProvider& reference, const std::vector<LayerProvider>& models, const Tensor& windows,
                                                const ScoreOptions& options) {
    torch::NoGradGuard no_grad;
    std::vector<const LayerProvider*> providers{&reference};
    for (const auto& model : models) providers.push_back(&model);
    std::vector<WindowScores> scores(providers.size());
    for (auto& score : scores) score.tokens_per_window = static_cast<uint64_t>(windows.size(1) - 1);
    const auto rope = rope_table(ends.config, windows.size(1));
    const auto total = static_cast<uint64_t>(windows.size(0));
    for (uint64_t first = 0; first < total; first += options.windows_at_once) {
        const auto tokens = windows.narrow(0, static_cast<int64_t>(first), static_cast<int64_t>(std::min(options.windows_at_once, total - first))).to(torch::kLong);
        const auto embedded = torch::embedding(ends.embed_tokens, tokens);
        std::vector<Tensor> hidden(providers.size(), embedded);
        for (size_t layer = 0; layer < ends.config.dims.num_hidden_layers; ++layer)
            for (size_t m = 0; m < providers.size(); ++m)
                if (auto status = run_layer(*providers[m], layer, ends, rope, hidden[m]); !status) return status.error();
        for (int64_t w = 0; w < tokens.size(0); ++w) {
            std::vector<Tensor> rows;
            for (const auto& x : hidden) rows.push_back(x[w]);
            if (auto status = score_window(ends, rows, tokens[w], scores); !status) return status.error();
        }
        if (options.on_windows) options.on_windows(std::min(first + options.windows_at_once, total), total);
    }
    return scores;
}

} // namespace fp4::quant
