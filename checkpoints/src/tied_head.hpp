// lm_head.weight in a checkpoint whose embeddings are tied.
#pragma once
#include <optional>

#include "fp4/checkpoints/checkpoint.hpp"

namespace fp4::checkpoints {

// The head that has the bytes of the embedding, where config.json ties the two; none where they are
// not tied or there is no head. bad_file for a head with other bytes.
Result<std::optional<TensorLocation>> copy_of_tied_embedding(const Checkpoint& checkpoint);

} // namespace fp4::checkpoints
