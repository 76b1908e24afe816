// What the tensor scale that the members of a fused group share stands for.
#pragma once
#include <map>
#include <span>
#include <utility>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/checkpoints/linears.hpp"

namespace fp4::checkpoints {

// Largest magnitudes over the weights of fused groups, each computed once.
class GroupAmax {
  public:
    // Of a checkpoint that is not quantized and outlives this.
    explicit GroupAmax(const Checkpoint& checkpoint) : checkpoint_(&checkpoint) {}

    // Of the group of a linear whose own weights are `values`; the others are read. Errors: those
    // of read_weights.
    Result<float> of(const Linear& linear, std::span<const float> values);

  private:
    const Checkpoint* checkpoint_;
    std::map<std::pair<uint64_t, LinearGroup>, float> known_;
};

} // namespace fp4::checkpoints
