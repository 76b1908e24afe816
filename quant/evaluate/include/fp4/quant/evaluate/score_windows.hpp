// Runs models over token windows next to their reference and scores every prediction.
#pragma once
#include <functional>
#include <vector>

#include "fp4/quant/evaluate/layer_model.hpp"
#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

struct ScoreOptions {
    uint64_t windows_at_once = 32;                                      // each model's residual stream of so many windows is held
    std::function<void(uint64_t done, uint64_t total)> on_windows = {}; // windows scored; may be empty
};

// `ends`: embedding, final norm and head, shared by all models. Windows: [count, length] token ids. Result: the reference's scores first, then those of
// each model in order. Errors: those of the providers, a linear that fails, logits that are not finite (naming the window).
Result<std::vector<WindowScores>> score_windows(const CausalLm& ends, const LayerProvider& reference, const std::vector<LayerProvider>& models, const Tensor& windows,
                                                const ScoreOptions& options = {});

} // namespace fp4::quant
