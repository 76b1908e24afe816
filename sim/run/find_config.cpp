#include "find_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fp4/try.hpp"

namespace fp4::sim {

Result<HardwareConfig> find_config(const Options& options, const ProgramFiles& files) {
    std::filesystem::path path = options.config;
    if (options.config.find('/') == std::string::npos && !options.config.ends_with(".yaml")) {
        path = files.configs / (options.config + ".yaml");
        std::error_code error;
        if (!std::filesystem::exists(path, error)) {
            std::vector<std::string> known;
            for (const auto& entry : std::filesystem::directory_iterator(files.configs, error))
                known.push_back(entry.path().stem().string());
            std::ranges::sort(known);
            return Error{
                ErrorCode::unknown_name,
                fmt::format("--config: no configuration called {}; known: {} (or a YAML file)",
                            options.config, fmt::join(known, ", "))};
        }
    }
    FP4_TRY_ASSIGN(auto config, read_hardware_config(path));
    if (!options.profile.empty()) config.profile = options.profile;
    return config;
}

} // namespace fp4::sim
