// The simulated hardware: array shape, clock, memory, buffers. One YAML file each; the named ones
// are in sim/configs/.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/result.hpp"

namespace fp4::sim {

struct HardwareConfig {
    std::string name;
    uint32_t array_rows = 8;
    uint32_t array_cols = 8;
    double clock_mhz = 1000;
    double memory_bytes_per_cycle = 64;
    uint32_t memory_latency_cycles = 100;
    uint64_t a_buffer_bytes = 128 << 10; // codes and scales of activation panels
    uint64_t b_buffer_bytes = 128 << 10; // codes and scales of weight panels
    std::string profile = "exact";
};

// Every key must be known and in range; errors name file, line and key.
Result<HardwareConfig> read_hardware_config(const std::filesystem::path& path);

// The same as YAML, every value in effect.
std::string to_yaml(const HardwareConfig& config);

} // namespace fp4::sim
