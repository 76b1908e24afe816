#include "fp4/checkpoints/folder_layout.hpp"

#include "config_json.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {

Result<Layout> folder_layout(const std::filesystem::path& folder) {
    FP4_TRY_ASSIGN(const auto config, read_config_json(folder));
    FP4_TRY_ASSIGN(const auto quantization, read_quantization(config, folder));
    return quantization.rules.config.layout;
}

std::string folder_name(const std::filesystem::path& folder) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(folder, error).lexically_normal();
    return (absolute.has_filename() ? absolute : absolute.parent_path()).filename().string();
}

} // namespace fp4::checkpoints
