#include "fp4/quant/evaluate/score_windows.hpp"

#include "fp4/quant/model/linear_failed.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr int64_t logits_at_once = int64_t{1} << 25; // float32 values of one model

// The residual stream through one layer, windows_per_call windows at a time.
Status run_layer(const ScoredModel& scored, size_t layer, const RopeTable& rope,
                 uint64_t windows_per_call, Tensor& stream) {
    FP4_TRY_ASSIGN(const auto model, scored.layers->model(layer));
    try {
        std::vector<Tensor> parts;
        for (const auto& part : stream.split(static_cast<int64_t>(windows_per_call)))
            parts.push_back(
                decoder_layer(part, model.weights, scored.ends->config, rope, model.linears));
        stream = torch::cat(parts);
    } catch (const LinearFailed& failed) {
        return failed.error;
    }
    return Done{};
}

// Appends a window's sums for every model. hidden[0] is the reference's, [positions, hidden] each.
Status score_window(const std::vector<const ScoredModel*>& models,
                    const std::vector<Tensor>& hidden, const Tensor& tokens,
                    std::vector<WindowScores>& scores) {
    const int64_t predicted = tokens.size(0) - 1,
                  step = std::max<int64_t>(
                      1, logits_at_once / static_cast<int64_t>(models[0]->ends->config.vocab_size));
    std::vector<double> nll(hidden.size(), 0), kl(hidden.size(), 0);
    std::vector<int64_t> top1(hidden.size(), 0);
    for (int64_t first = 0; first < predicted; first += step) {
        const int64_t rows = std::min(step, predicted - first);
        const auto next = tokens.narrow(0, first + 1, rows).unsqueeze(1);
        const auto reference =
            torch::log_softmax(logits(*models[0]->ends, hidden[0].narrow(0, first, rows)), -1);
        const auto probabilities = reference.exp();
        const auto likeliest = reference.argmax(-1);
        for (size_t m = 0; m < hidden.size(); ++m) {
            const auto log_q =
                m == 0 ? reference
                       : torch::log_softmax(
                             logits(*models[m]->ends, hidden[m].narrow(0, first, rows)), -1);
            nll[m] -= log_q.gather(1, next).sum(torch::kDouble).item<double>();
            if (m > 0)
                kl[m] += (probabilities * (reference - log_q)).sum(torch::kDouble).item<double>();
            top1[m] += m == 0 ? rows : (log_q.argmax(-1) == likeliest).sum().item<int64_t>();
        }
    }
    for (size_t m = 0; m < hidden.size(); ++m) {
        if (!std::isfinite(nll[m]) || !std::isfinite(kl[m]))
            return Error{ErrorCode::not_finite,
                         "window " + std::to_string(scores[m].nll.size()) + ", " +
                             (m == 0 ? "reference" : "model " + std::to_string(m)) +
                             ": expected finite scores, found nll " + std::to_string(nll[m]) +
                             ", kl " + std::to_string(kl[m])};
        scores[m].nll.push_back(nll[m]);
        scores[m].kl.push_back(kl[m]);
        scores[m].top1.push_back(static_cast<uint32_t>(top1[m]));
    }
    return Done{};
}

Status check_same_shape(const DecoderConfig& reference, const DecoderConfig& model) {
    const auto differs = [](const char* what, uint64_t expected, uint64_t found) {
        return Error{ErrorCode::bad_argument, std::string("evaluation: expected ") + what +
                                                  " of the reference, " + std::to_string(expected) +
                                                  ", found " + std::to_string(found)};
    };
    if (model.vocab_size != reference.vocab_size)
        return differs("the vocabulary", reference.vocab_size, model.vocab_size);
    if (model.dims.num_hidden_layers != reference.dims.num_hidden_layers)
        return differs("the layers", reference.dims.num_hidden_layers,
                       model.dims.num_hidden_layers);
    return Done{};
}

} // namespace

Result<std::vector<WindowScores>> score_windows(const ScoredModel& reference,
                                                const std::vector<ScoredModel>& models,
                                                const Tensor& windows,
                                                const ScoreOptions& options) {
    torch::NoGradGuard no_grad;
    std::vector<const ScoredModel*> all{&reference};
    std::vector<RopeTable> ropes;
    for (const auto& model : models) all.push_back(&model);
    for (const auto* model : all) {
        FP4_TRY(check_same_shape(reference.ends->config, model->ends->config));
        ropes.push_back(
            rope_table(model->ends->config, windows.size(1), model->ends->embed_tokens.options()));
    }
    std::vector<WindowScores> scores(all.size());
    for (auto& score : scores) score.tokens_per_window = static_cast<uint64_t>(windows.size(1) - 1);
    const auto total = static_cast<uint64_t>(windows.size(0)),
               layers = static_cast<uint64_t>(reference.ends->config.dims.num_hidden_layers);
    const uint64_t rounds = (total + options.windows_at_once - 1) / options.windows_at_once;
    uint64_t steps = 0;
    for (uint64_t first = 0; first < total; first += options.windows_at_once) {
        const auto count = static_cast<int64_t>(std::min(options.windows_at_once, total - first));
        const auto tokens = windows.narrow(0, static_cast<int64_t>(first), count)
                                .to(reference.ends->embed_tokens.device(), torch::kLong);
        std::vector<Tensor> hidden;
        for (const auto* model : all)
            hidden.push_back(torch::embedding(model->ends->embed_tokens, tokens));
        for (size_t layer = 0; layer < layers; ++layer)
            for (size_t m = 0; m < all.size(); ++m) {
                FP4_TRY(run_layer(*all[m], layer, ropes[m], options.windows_per_call, hidden[m]));
                if (options.on_step) options.on_step(++steps, rounds * layers * all.size());
            }
        for (int64_t w = 0; w < count; ++w) {
            std::vector<Tensor> rows;
            for (const auto& x : hidden) rows.push_back(x[w]);
            FP4_TRY(score_window(all, rows, tokens[w], scores));
        }
    }
    return scores;
}

} // namespace fp4::quant
