// Training of a decoder from nothing, in steps that can be interrupted anywhere.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/quant/train/train_recipe.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

class Trainer {
  public:
    // `stream` must hold at least three windows. Parameters are normal(0, 0.02) from the recipe's
    // seed, projections onto the residual stream divided by sqrt(2 * layers), norms 1.
    Trainer(const TrainRecipe& recipe, std::vector<int32_t> stream,
            torch::Device device = torch::kCPU);
    ~Trainer();

    uint64_t step() const { return step_; } // steps done

    // One optimizer step; the mean loss of its tokens in nats. Which windows it sees follows from
    // seed and step alone.
    double train_step();

    // The parameters as they are now; they share memory with the trainer's.
    const CausalLm& model() const { return model_; }

    // Everything a later process needs to go on with the same bits (on the same machine with the
    // same threads). What cannot be resumed leaves parameters and step as they are.
    Status save(const std::filesystem::path& path) const;
    Status resume(const std::filesystem::path& path);

  private:
    Tensor batch(uint64_t step) const; // [batch, window + 1]

    struct Optimizer;
    TrainRecipe recipe_;
    Tensor stream_;
    CausalLm model_;
    std::unique_ptr<Optimizer> optimizer_;
    uint64_t step_ = 0;
};

// Mean next-token loss of windows [count, length], in nats: FP32 arithmetic, no gradient.
double mean_nll(const CausalLm& model, const Tensor& windows);

} // namespace fp4::quant
