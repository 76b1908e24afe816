// What kernels are compared with golden on, as a list: the tests run it under emulation,
// kernelcheck on a GPU.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace fp4::kernels {

// How large and how many the random cases are.
struct CheckSize {
    int rows, columns, blocks; // at most
    int repeats;
    bool large; // and single large products, against golden's fast path
};

inline constexpr CheckSize emulated_size{70, 40, 12, 4, false}, gpu_size{160, 160, 40, 6, true};

struct Outcome {
    uint64_t compared = 0, mismatches = 0; // words
    std::string first;                     // the first mismatches, or what failed
    std::string skipped;                   // why nothing was compared; empty: it was

    bool passed() const {
        return skipped.empty() && compared > 0 && mismatches == 0 && first.empty();
    }
};

struct Check {
    std::string kernel; // decode, encode, dot, gemm, w4a16 or native; ops: of a folder
    std::string what;   // formats, profile, kind of data
    std::function<Outcome(Engine&, const CheckSize&)> run;
};

std::vector<Check> decode_checks();
std::vector<Check> encode_checks();
std::vector<Check> gemm_checks(); // dot and gemm
std::vector<Check> w4a16_checks();
std::vector<Check> native_checks();

} // namespace fp4::kernels
