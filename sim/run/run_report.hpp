// Everything a finished run says: summary table, stats.json, junit.xml, config.yaml.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "c_input.hpp"
#include "hardware_config.hpp"
#include "op_result.hpp"
#include "options.hpp"

namespace fp4::sim {

struct RunReport {
    std::string trace_name; // as asked for
    const traces::Trace& trace;
    const Options& options;
    const HardwareConfig& hardware; // with the profile of the run
    const CInput& c;
    std::optional<CoreShape> array; // of the engine
    std::vector<OpResult> ops;
    double wall_s = 0; // of the whole program
    bool complete = false;

    bool passed() const;
    // Over the scaled outputs of all ops in order, little-endian in their type.
    std::string outputs_sha256() const;
};

// Over all ops of a report.
struct Totals {
    uint64_t macs = 0, cycles = 0, bytes_read = 0, bytes_written = 0;
    uint64_t outputs_checked = 0, mismatches = 0;
    double engine_s = 0; // host time of the engine
};
Totals totals(const RunReport& report);

// 0 where no time has passed.
double macs_per_s(uint64_t macs, double seconds);

std::string summary_table(const RunReport& report);
std::string stats_json(const RunReport& report);
std::string junit_xml(const RunReport& report);
std::string config_yaml(const RunReport& report);

// Scaled outputs as they lie in memory: the type's bytes per element, little-endian.
std::vector<std::byte> output_bytes(const EngineOutput& output, OutputType type);

} // namespace fp4::sim
