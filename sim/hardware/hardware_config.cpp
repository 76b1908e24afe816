#include "hardware_config.hpp"

#include <fmt/format.h>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/io/strict_yaml.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {

Result<HardwareConfig> read_hardware_config(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(auto yaml, io::StrictYaml::open(path));
    HardwareConfig config;
    config.name = path.stem().string();
    yaml.map("array", [&](io::StrictYaml& array) {
        config.array_rows = static_cast<uint32_t>(array.integer("rows", 1, 256));
        config.array_cols = static_cast<uint32_t>(array.integer("cols", 1, 256));
    });
    config.clock_mhz = yaml.positive("clock_mhz", config.clock_mhz);
    yaml.map("memory", [&](io::StrictYaml& memory) {
        config.memory_bytes_per_cycle = memory.positive("bytes_per_cycle");
        config.memory_latency_cycles =
            static_cast<uint32_t>(memory.integer("latency_cycles", 0, 1'000'000));
    });
    yaml.map("buffers", [&](io::StrictYaml& buffers) {
        config.a_buffer_bytes = buffers.integer("a_bytes", 1, uint64_t{1} << 40);
        config.b_buffer_bytes = buffers.integer("b_bytes", 1, uint64_t{1} << 40);
    });
    config.profile = yaml.text("profile", config.profile);
    FP4_TRY(yaml.finish());
    if (const auto* profile = arithmetic_from_name(config.profile); !profile || !profile->in_rtl) {
        std::string known;
        for (const auto& each : arithmetic_profiles)
            if (each.in_rtl) known += (known.empty() ? "" : ", ") + std::string(each.name);
        return Error{ErrorCode::unknown_name,
                     path.string() + ": key profile: expected one of " + known};
    }
    return config;
}

std::string to_yaml(const HardwareConfig& config) {
    return fmt::format(
        "array:\n  rows: {}\n  cols: {}\nclock_mhz: {}\nmemory:\n  bytes_per_cycle: {}\n  "
        "latency_cycles: {}\nbuffers:\n  a_bytes: {}\n  b_bytes: {}\nprofile: {}\n",
        config.array_rows, config.array_cols, config.clock_mhz, config.memory_bytes_per_cycle,
        config.memory_latency_cycles, config.a_buffer_bytes, config.b_buffer_bytes, config.profile);
}

} // namespace fp4::sim
