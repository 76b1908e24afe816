// Layers as colors.
#pragma once
#include <cstdint>
#include <string>

#include "svg.hpp"

namespace fp4::quant {

// From the first layer to the last: orange by purple to blue, readable on white and on black.
std::string layer_color(uint64_t layer, uint64_t last);

// At the top of a figure, from `left` on; returns where it ends.
double layer_legend(Svg& svg, double left, uint64_t last);

} // namespace fp4::quant
