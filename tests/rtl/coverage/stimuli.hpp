// What cores are driven with where coverage is measured: random tiles, and directed ones for what
// random bits seldom meet.
#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "../bench.hpp"

namespace fp4::sim {

struct Target {
    CoreShape shape;
    FormatSet formats;
    const Arithmetic& arithmetic;
};

struct Stimulus {
    std::string_view name;
    std::string_view summary;
    std::vector<Tile> (*tiles)(const Target& target);
    std::span<const Pace> paces; // the tiles go through the core once at each
};

std::span<const Stimulus> stimuli();

} // namespace fp4::sim
