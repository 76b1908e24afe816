// What a run of one op gives, whichever engine ran it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "checker.hpp"

namespace fp4::sim {

struct OpResult {
    std::string name;
    uint64_t m = 0, n = 0, k = 0;
    uint64_t cycles = 0;    // 0: untimed engine
    double utilization = 0; // beats taken by the array per cycle
    uint64_t bytes_read = 0, bytes_written = 0;
    uint64_t outputs_checked = 0, mismatches = 0;
    double wall_s = 0;   // host time of the engine, without golden
    double golden_s = 0; // host time of golden
    std::string hang;    // where the core stopped answering; empty: it did not
    std::vector<Mismatch> first_mismatches;
    std::vector<Fp32> d;       // raw accumulator outputs
    std::vector<uint32_t> out; // after the epilogue

    uint64_t macs() const { return m * n * k; }
    bool passed() const { return mismatches == 0 && hang.empty() && outputs_checked == m * n; }
};

} // namespace fp4::sim
