#include "shards.hpp"

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

namespace fp4::checkpoints {

uint64_t byte_size(const io::TensorSpec& tensor) {
    return *io::packed_bytes(tensor.dtype, *io::element_count(tensor.shape));
}

std::vector<Shard> plan_shards(const LayoutSpec& layout, const std::vector<Unit>& units,
                               uint64_t max_bytes) {
    std::vector<Shard> shards;
    uint64_t filled = 0;
    for (size_t i = 0; i < units.size(); ++i) {
        uint64_t bytes = 0;
        for (const auto& tensor : units[i]) bytes += byte_size(tensor);
        if (shards.empty() || (filled != 0 && (filled > max_bytes || bytes > max_bytes - filled))) {
            shards.push_back({{}, i, 0, {}});
            filled = 0;
        }
        filled += bytes;
        ++shards.back().unit_count;
        shards.back().tensors.insert(shards.back().tensors.end(), units[i].begin(), units[i].end());
    }
    if (shards.size() == 1 && !layout.files.single.empty()) {
        shards.front().file = layout.files.single;
        return shards;
    }
    for (size_t i = 0; i < shards.size(); ++i) {
        char numbers[64];
        std::snprintf(numbers, sizeof numbers, "-%05zu-of-%05zu.safetensors", i + 1, shards.size());
        shards[i].file = std::string(layout.file_stem) + numbers;
    }
    return shards;
}

std::string shard_index_text(const LayoutSpec& layout, const std::vector<Shard>& shards) {
    if (shards.size() == 1 && shards.front().file == layout.files.single) return {};
    uint64_t total = 0;
    std::map<std::string, std::string> weight_map;
    for (const auto& shard : shards)
        for (const auto& tensor : shard.tensors) {
            total += byte_size(tensor);
            weight_map.emplace(tensor.name, shard.file);
        }
    nlohmann::ordered_json index;
    index["metadata"]["total_size"] = total;
    index["weight_map"] = weight_map;
    return index.dump(2) + "\n";
}

} // namespace fp4::checkpoints
