// model.safetensors.index.json: which shard holds which tensor.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::checkpoints {

using WeightMap = std::map<std::string, std::string, std::less<>>; // tensor name -> file name

// bad_file unless weight_map is a non-empty object of plain file names; a tensor may stand in it
// once.
Result<WeightMap> parse_shard_index(std::string_view json_text, std::string_view file_name);

// directory/shard, for a plain file name. bad_file unless the file it leads to, all links followed,
// lies in the directory or, where that is a snapshot of a Hugging Face hub cache, in the folder of
// the same repository. What the file is called there does not matter.
Result<std::filesystem::path> resolve_shard(const std::filesystem::path& directory,
                                            const std::string& shard);

} // namespace fp4::checkpoints
