#include "fp4/quant/faar/distillation_loss.hpp"

#include <algorithm>

namespace fp4::quant {
namespace {

// Log-probabilities of the reference's likeliest tokens and, last, of all others together.
Tensor bucketed(const Tensor& log_probabilities, const Tensor& tokens) {
    const auto kept = log_probabilities.gather(-1, tokens);
    const auto others =
        log_probabilities.scatter(-1, tokens, -std::numeric_limits<double>::infinity());
    return torch::cat({kept, torch::logsumexp(others, -1, true)}, -1);
}

Tensor sum_of_kl(Tensor log_p, Tensor log_q, int64_t top_k) {
    if (top_k > 0 && top_k < log_p.size(-1)) {
        const auto likeliest = std::get<1>(log_p.topk(top_k, -1));
        log_p = bucketed(log_p, likeliest);
        log_q = bucketed(log_q, likeliest);
    }
    return (log_p.exp() * (log_p - log_q)).sum();
}

} // namespace

Distillation distillation_loss(const CausalLm& ends, const Tensor& reference_hidden,
                               const Tensor& hidden, const DistillationOptions& options) {
    const auto reference = reference_hidden.detach().flatten(0, -2),
               own = hidden.detach().flatten(0, -2);
    const int64_t rows = own.size(0),
                  step = std::max<int64_t>(1, options.logits_at_once / ends.lm_head.size(0));
    const auto apart = own - reference;
    Distillation out{.kl = 0,
                     .hidden_mse = apart.square().mean().item<double>(),
                     .by_hidden =
                         apart * (2 * options.hidden_weight / static_cast<double>(own.numel()))};
    for (int64_t first = 0; first < rows; first += step) {
        const int64_t count = std::min(step, rows - first);
        const auto some = own.narrow(0, first, count).clone().requires_grad_(true);
        const auto log_p = torch::log_softmax(
            logits(ends, reference.narrow(0, first, count)) / options.temperature, -1);
        const auto log_q = torch::log_softmax(logits(ends, some) / options.temperature, -1);
        const auto sum = sum_of_kl(log_p, log_q, options.top_k);
        out.kl += sum.item<double>() / static_cast<double>(rows);
        sum.backward();
        out.by_hidden.narrow(0, first, count)
            .add_(some.grad(), options.kl_weight / static_cast<double>(rows));
    }
    out.by_hidden = out.by_hidden.view_as(hidden);
    return out;
}

} // namespace fp4::quant
