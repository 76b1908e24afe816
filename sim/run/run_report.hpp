// Everything a finished run says: summary table, stats.json, junit.xml, config.yaml.
#pragma once
#include <string>
#include <vector>

#include "hardware_config.hpp"
#include "op_result.hpp"
#include "options.hpp"

namespace fp4::sim {

struct RunReport {
    std::string trace;
    std::string model;
    uint64_t layer = 0;
    std::string source, source_sha256;
    std::string engine, checked_against;
    std::string profile;
    std::string weight_format, activation_format, encoder;
    uint64_t tokens = 0, seed = 0;
    std::string c;
    OutputType out_type = OutputType::f32;
    HardwareConfig hardware;
    std::vector<OpResult> ops;
    double wall_s = 0; // of the whole program
    bool complete = false;

    bool passed() const;
    std::string outputs_sha256()
        const; // over the scaled outputs of all ops in order, little-endian in their type
};

std::string summary_table(const RunReport& report);
std::string stats_json(const RunReport& report);
std::string junit_xml(const RunReport& report);
std::string config_yaml(const RunReport& report);

// Outputs of an op as they lie in memory: type's bytes per element, little-endian.
std::vector<std::byte> output_bytes(const OpResult& op, OutputType type);

} // namespace fp4::sim
