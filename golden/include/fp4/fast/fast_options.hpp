// How a fast path runs. No option changes a bit of its result.
#pragma once
#include <optional>

#include "fp4/fast/isa.hpp"

namespace fp4 {

struct FastRun {
    Isa isa;
    unsigned threads; // at most; fewer where there is too little to share out
};

struct FastOptions {
    std::optional<Isa> isa{}; // none: choose_isa decides
    unsigned threads = 1;     // 0: as many as the machine has
    FastRun* run = nullptr;   // where given: what a GEMM ran on
};

} // namespace fp4
