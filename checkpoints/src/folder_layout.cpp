#include "fp4/checkpoints/folder_layout.hpp"

#include "config_json.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {

Result<Layout> folder_layout(const std::filesystem::path& folder) {
    FP4_TRY_ASSIGN(const auto config, read_config_json(folder));
    FP4_TRY_ASSIGN(const auto quantization, read_quantization(config, folder));
    return quantization.rules.config.layout;
}

} // namespace fp4::checkpoints
