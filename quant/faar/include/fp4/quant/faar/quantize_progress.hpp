// What the making of a quantized model tells while it goes on.
#pragma once
#include <string_view>

#include "fp4/quant/faar/alignment.hpp"
#include "fp4/quant/faar/refine_roundings.hpp"
#include "fp4/quant/faar/train_roundings.hpp"

namespace fp4::quant {

// How one linear's training went.
struct LinearRounding {
    LinearOp op;
    TrainedRoundings trained; // without v
    double seconds = 0;
};

// Those that can fail end the work with their error: what they write belongs to it.
class QuantizeProgress {
  public:
    virtual ~QuantizeProgress() = default;

    // Before what has no steps: `what` is done to the whole model, or to a linear and its group.
    virtual void model_begins(std::string_view /*what*/) {}
    virtual void linear_begins(LinearOp, std::string_view /*what*/) {}
    virtual void linear_step(LinearOp, const RoundingStep&) {}
    virtual void linear_done(const LinearRounding&) {}
    virtual Status layer_made(size_t /*layer*/) { return Done{}; } // before it is saved

    virtual void alignment_resumed(int64_t /*steps_done*/) {}
    virtual void alignment_step(const AlignmentStep&) {}
    // Before a snapshot, and before the layers when all steps are done.
    virtual Status alignment_reached(int64_t /*steps_done*/, const AlignmentState&) {
        return Done{};
    }
    virtual void refined(const RefineRound&) {}
};

// Keeps everything to itself.
inline QuantizeProgress& no_progress() {
    static QuantizeProgress none;
    return none;
}

} // namespace fp4::quant
