// How a fast path runs. No option changes a bit of its result.
#pragma once
#include <optional>

#include "fp4/isa.hpp"

namespace fp4 {

struct FastOptions {
    std::optional<Isa> isa{}; // none: choose_isa decides
    unsigned threads = 1;     // 0: as many as the machine has
};

} // namespace fp4
