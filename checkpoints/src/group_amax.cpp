#include "fp4/checkpoints/group_amax.hpp"

#include <algorithm>

#include "fp4/checkpoints/weights.hpp"
#include "fp4/encode/encoded_block.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {

Result<float> GroupAmax::of(const Linear& linear, std::span<const float> values) {
    const std::pair group{linear.layer, spec_of(linear.op).group};
    if (const auto known = known_.find(group); known != known_.end()) return known->second;
    float amax = amax_of(values);
    for (const auto& other : layer_linears(checkpoint_->config(), linear.layer)) {
        if (other.op == linear.op || spec_of(other.op).group != group.second) continue;
        FP4_TRY_ASSIGN(const auto others,
                       read_weights(*checkpoint_, other.weight(), {other.n, other.k}));
        amax = std::max(amax, amax_of(others));
    }
    return known_.emplace(group, amax).first->second;
}

} // namespace fp4::checkpoints
