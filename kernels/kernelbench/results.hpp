// What was measured, what it is held against, and both as text and JSON.
#pragma once
#include <string>
#include <vector>

#include "timing.hpp"

namespace fp4::kernels::bench {

struct Measurement {
    std::string name;  // copy, decode, encode, w4a16, cublas-f16, gemm, cublas-bf16, layers
    std::string what;  // format and profile
    std::string shape; // tokens x N x K, or rows x K
    Timing timing;
    double bytes; // that must move at least
    double macs;  // 0: none
};

// A ratio of two measurements of this run; the worst of the shapes that it is about.
struct Goal {
    std::string name, at;
    double measured, gate, stretch;
    bool at_most; // held when not above the gate

    bool held() const { return at_most ? measured <= gate : measured >= gate; }
};

struct Results {
    std::string gpu;       // name, driver, clocks
    std::string machine;   // what --machine says
    bool complete = false; // all benches have run
    double copy_bytes_per_us = 0;
    std::vector<Measurement> measurements;
    std::vector<Goal> goals;
    std::vector<std::string> wrong; // outputs that were not what golden gives

    const Timing& add(Measurement measurement);
    // Keeps the worst of several.
    void goal(const Goal& goal);
};

std::string table_of(const Results& results);
std::string json_of(const Results& results);

} // namespace fp4::kernels::bench
