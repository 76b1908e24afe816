// Runs models over token windows next to their reference and scores every prediction.
#pragma once
#include <functional>
#include <vector>

#include "fp4/quant/evaluate/layer_stream.hpp"
#include "fp4/quant/evaluate/window_scores.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

struct ScoredModel {
    const CausalLm* ends; // embedding, final norm and head; its own layers are not looked at
    std::shared_ptr<LayerStream> layers;
};

struct ScoreOptions {
    uint64_t windows_at_once =
        16; // each model's residual stream of so many windows is held while the layers pass by
    uint64_t windows_per_call =
        16; // of those go through a layer together: what an activation scale per call is made of
    std::function<void(uint64_t done, uint64_t total)> on_step =
        {}; // layers of all models, once for all windows_at_once; may be empty
};

// Windows: [count, length] token ids. Result: the reference's scores first, then those of each
// model in order. Layers are asked for in order, anew for each windows_at_once windows. Errors:
// bad_argument for a model with another vocabulary or number of layers than the reference; those of
// the streams, a linear that fails, logits that are not finite (naming the window).
Result<std::vector<WindowScores>> score_windows(const ScoredModel& reference,
                                                const std::vector<ScoredModel>& models,
                                                const Tensor& windows,
                                                const ScoreOptions& options = {});

} // namespace fp4::quant
