#include "layer_color.hpp"

#include <array>
#include <cmath>

namespace fp4::quant {

std::string layer_color(uint64_t layer, uint64_t last) {
    constexpr std::array<std::array<int, 3>, 3> stops{
        {{230, 159, 0}, {190, 90, 150}, {30, 120, 200}}};
    const double at = last == 0 ? 2 : 2.0 * static_cast<double>(layer) / static_cast<double>(last);
    const size_t from = at >= 1 ? 1 : 0;
    std::string out = "#";
    for (size_t c = 0; c < 3; ++c) {
        const double mixed = stops[from][c] + (at - static_cast<double>(from)) *
                                                  (stops[from + 1][c] - stops[from][c]);
        const auto byte = static_cast<unsigned>(std::lround(mixed));
        for (const unsigned digit : {byte / 16, byte % 16}) out += "0123456789ABCDEF"[digit & 15];
    }
    return out;
}

double layer_legend(Svg& svg, double left, uint64_t last) {
    svg.text({left, 14}, "start", "soft", "layer");
    double x = left + 44;
    for (uint64_t layer = 0; layer <= last; layer += last / 12 + 1, x += 50) {
        svg.colored_line({{x, 10}, {x + 18, 10}}, layer_color(layer, last));
        svg.text({x + 22, 14}, "start", "ink", std::to_string(layer));
    }
    return x;
}

} // namespace fp4::quant
