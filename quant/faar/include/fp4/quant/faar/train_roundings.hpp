// FAAR stage 1: the roundings of one linear layer, trained on its own output (E1 to E7).
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "fp4/quant/faar/flip_roundings.hpp"
#include "fp4/quant/faar/rounding_schedule.hpp"
#include "fp4/quant/faar/soft_rounding.hpp"

namespace fp4::quant {

struct RoundingRecipe {
    RoundingSchedule schedule{.steps = 800,
                              .learning_rate = 5e-3,
                              .lambda_max =
                                  300}; // lambda beside a loss of 1 for rounding to nearest
    bool normalized =
        true; // the output loss over that of rounding to nearest; else over the number of weights
    bool flips = true;   // before and after, and the better of the two
    bool random = false; // the control: every weight goes up with the probability of its position,
                         // and nothing is trained
};

// The paper's own words with weak regularization: what is known of it (E1 to E7) and nothing else.
RoundingRecipe paper_recipe();

struct RoundingStep {
    int64_t step = 0;
    double loss = 0;          // soft, over that of rounding to nearest
    double rounding_loss = 0; // E5
    double undecided = 0;     // share
};

// Where training begins, if not at rounding to nearest under the choices.
struct RoundingStart {
    Tensor v = {}; // hard roundings that the descent without training begins with
    double nearest_loss =
        -1; // that of rounding to nearest before scales were chosen anew: what losses are over
};

// Losses are over that of rounding to nearest.
struct TrainedRoundings {
    Tensor v;                 // what was kept: hardened, [N, K] of 0 and 1
    double loss_soft = 1;     // of the last step, before hardening
    double loss_hardened = 1; // of that hardened
    double loss_flipped = 1;  // of flips alone, without training
    double loss = 1;          // of `v`
    double undecided = 0;     // of the last step
    uint64_t flips = 0;       // after training
    std::vector<RoundingStep> curve;
};

using OnRoundingStep = std::function<void(const RoundingStep& step)>;

// w: [N, K] float32, what the choices were made of. Never worse than where it begins, rounding to
// nearest or `start.v`: where training and flips do not lower the loss, v is that
// (`random` compares nothing).
// Zero steps without flips are rounding to nearest.
TrainedRoundings train_roundings(const Tensor& w, const RoundingChoices& choices,
                                 const OutputLoss& loss, const RoundingRecipe& recipe,
                                 const OnRoundingStep& on_step = {},
                                 const RoundingStart& start = {});

} // namespace fp4::quant
