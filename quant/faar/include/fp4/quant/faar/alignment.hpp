// FAAR stage 2: all roundings of a model at once, trained until its predictions agree with the
// unquantized model's (2FA).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/quant/faar/projected_adam.hpp"
#include "fp4/quant/faar/rounding_schedule.hpp"
#include "fp4/quant/faar/soft_layer.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

struct AlignmentRecipe {
    RoundingSchedule schedule{.steps = 1200,
                              .learning_rate = 2.5e-3,
                              .beta_start = 8,
                              .beta_end = 16,
                              .lambda_max = 300,
                              .lambda_start_share = 1e-3};
    int64_t batch_windows = 8;
    double commitment = 0.5, pull = 0.05; // of SoftStart
    double kl_weight = 1, hidden_weight = 0.1;
    bool normalized = true; // both terms over those of rounding to nearest; else as they are
    double temperature = 1;
    int64_t top_k = 0; // of the vocabulary, the rest as one; 0: all of it
    double norm_learning_rate =
        0;                  // of the first step, for the gains of every layer's norms; 0: they stay
    bool recompute = false; // layers once more in the backward pass: one layer's activations in
                            // memory instead of all
    uint64_t seed = 1;      // of the order of windows
};

// Of the soft model on a step's windows.
struct AlignmentStep {
    int64_t step = 0;
    double kl = 0, hidden_mse = 0;
};

// Of all roundings.
struct AlignmentState {
    double rounding_loss = 0; // E5
    double undecided = 0;     // share
};

class Alignment {
  public:
    // model: the reference, in memory. start: its layers under `scheme`, as SoftLayer takes them.
    // windows: [count, length] token ids, taken in an order of the seed's, all of them before any
    // again. Errors: those of SoftLayer::make, a linear that fails, bad_argument for no windows or
    // another count of layers.
    static Result<Alignment> make(const CausalLm& model, std::vector<QuantizedLayer> start,
                                  const Scheme& scheme, const Tensor& windows,
                                  const AlignmentRecipe& recipe);

    int64_t step() const { return step_; } // steps done

    // The windows of a step, [batch_windows, length] int64.
    Tensor batch(int64_t step) const;

    // Errors: a linear that fails; not_finite for a loss that is not.
    Result<AlignmentStep> train_step();

    // Everything that later steps depend on: after resume() they give the same bits (on the same
    // machine with the same threads). `fingerprint` names the work; bad_file: not a snapshot of it.
    Status save(const std::filesystem::path& path, const std::string& fingerprint) const;
    Status resume(const std::filesystem::path& path, const std::string& fingerprint);

    // Plain codes, each weight at the neighbor that it is nearer to.
    std::vector<QuantizedLayer> hardened() const;

    AlignmentState state() const;

  private:
    Alignment(const CausalLm& model, const Scheme& scheme, const Tensor& windows,
              const AlignmentRecipe& recipe);

    // What is trained, in the order of adams_.
    struct Leaf {
        std::string name;
        Tensor position; // 0 .. 1
        bool rounding;   // else a norm's gains
    };
    std::vector<Leaf> leaves() const;

    Status measure_units();
    void update();

    const CausalLm* model_;
    Scheme scheme_;
    Tensor windows_;
    AlignmentRecipe recipe_;
    RopeTable rope_;
    std::vector<SoftLayer> layers_;
    std::vector<ProjectedAdam> adams_;     // by leaf
    double kl_unit_ = 1, hidden_unit_ = 1; // what the terms of the loss are divided by
    double choices_ = 1;                   // weights that have two neighbors
    int64_t step_ = 0;
};

} // namespace fp4::quant
