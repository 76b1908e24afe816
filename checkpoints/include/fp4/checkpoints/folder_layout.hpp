// Whether a model folder is packed, and how, before anything else of it is read.
#pragma once
#include <filesystem>

#include "fp4/checkpoints/layout.hpp"
#include "fp4/result.hpp"

namespace fp4::checkpoints {

// What config.json or hf_quant_config.json says; Layout::plain where neither says anything.
// bad_file, naming the method, for a quantization that none of the layouts holds.
Result<Layout> folder_layout(const std::filesystem::path& folder);

} // namespace fp4::checkpoints
