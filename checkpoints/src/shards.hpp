// How the tensors of a checkpoint are shared out to files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/io/safetensors.hpp"

namespace fp4::checkpoints {

struct Shard {
    std::string file;
    size_t first_unit, unit_count;
    std::vector<io::TensorSpec> tensors;
};

// Tensors that are written together.
using Unit = std::vector<io::TensorSpec>;

// Bytes of a tensor whose shape is known to be valid.
uint64_t byte_size(const io::TensorSpec& tensor);

// Units in their order, each in the shard of the one before unless that would exceed max_bytes; a
// larger unit has a shard of its own.
std::vector<Shard> plan_shards(const LayoutSpec& layout, const std::vector<Unit>& units,
                               uint64_t max_bytes);

// The index of the shards; empty where a single file needs none.
std::string shard_index_text(const LayoutSpec& layout, const std::vector<Shard>& shards);

} // namespace fp4::checkpoints
