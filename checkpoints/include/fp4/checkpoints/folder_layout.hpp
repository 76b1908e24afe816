// What a model folder is called and whether it is packed, before anything else of it is read.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

// What config.json or hf_quant_config.json says; Layout::plain where neither says anything.
// bad_file, naming the method, for a quantization that none of the layouts holds.
Result<Layout> folder_layout(const std::filesystem::path& folder);

// The folder's own name, whether or not the path has one ("." and a slash at the end have none).
std::string folder_name(const std::filesystem::path& folder);

} // namespace fp4::checkpoints
