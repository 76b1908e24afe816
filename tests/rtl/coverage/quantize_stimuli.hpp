// What quantizers are driven with where coverage is measured: blocks at random, and directed ones
// for what random bits seldom meet.
#pragma once
#include <span>
#include <string_view>

#include "quantize_bench.hpp"

namespace fp4 {

// Share of cycles, in 1/8, in which each side offers or accepts.
struct QuantizePace {
    int x, q;
};

struct QuantizeStimulus {
    std::string_view name;
    std::string_view summary;
    std::vector<QuantizeJob> (*jobs)(const QuantizeShape& shape);
    std::span<const QuantizePace> paces; // the blocks go through the quantizer once at each
};

std::span<const QuantizeStimulus> quantize_stimuli();

} // namespace fp4
