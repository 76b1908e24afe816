#include <algorithm>
#include <cmath>
#include <limits>

#include "charts.hpp"
#include "layer_color.hpp"
#include "svg.hpp"

namespace fp4::quant {
namespace {

constexpr size_t columns = 2;
constexpr double left = 62, gap = 66, panel_height = 170, row_step = 240, legend_room = 30;

struct Curve {
    uint32_t layer = 0;
    std::vector<float> sorted; // falling; positive and finite
};

// At most about a hundred ranks, evenly on a log scale.
std::vector<size_t> shown_ranks(size_t count) {
    std::vector<size_t> ranks;
    for (size_t rank = 1; rank < count; rank = std::max(rank + 1, rank + rank / 12))
        ranks.push_back(rank);
    ranks.push_back(count);
    return ranks;
}

} // namespace

std::string channel_chart(const std::vector<ChannelMaxima>& channels) {
    std::vector<std::string> groups;
    std::vector<std::vector<Curve>> curves;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    size_t most = 0;
    uint32_t last_layer = 0;
    for (const auto& input : channels) {
        Curve curve{input.layer, {}};
        for (const float value : input.max_abs)
            if (value > 0 && std::isfinite(value)) curve.sorted.push_back(value);
        if (curve.sorted.empty()) continue;
        std::sort(curve.sorted.rbegin(), curve.sorted.rend());
        low = std::min<double>(low, curve.sorted.back());
        high = std::max<double>(high, curve.sorted.front());
        most = std::max(most, curve.sorted.size());
        last_layer = std::max(last_layer, input.layer);
        const auto at = static_cast<size_t>(std::find(groups.begin(), groups.end(), input.group) -
                                            groups.begin());
        if (at == groups.size()) groups.push_back(input.group), curves.emplace_back();
        curves[at].push_back(std::move(curve));
    }
    if (groups.empty()) return {};

    const double width = (figure_width - left - gap * (columns - 1) - 10) / columns;
    Svg svg(legend_room + row_step * static_cast<double>((groups.size() + columns - 1) / columns),
            "Largest absolute activation per channel, sorted");
    const double legend_x = layer_legend(svg, left, last_layer);
    svg.colored_ring({legend_x + 14, 10}, "currentColor");
    svg.text({legend_x + 24, 14}, "start", "ink", "median channel");
    for (size_t g = 0; g < groups.size(); ++g) {
        const Box box{left + (width + gap) * static_cast<double>(g % columns),
                      legend_room + 24 + row_step * static_cast<double>(g / columns), width,
                      panel_height};
        const Axis x(1, static_cast<double>(most), Scale::log, box.left, box.right());
        const Axis y(low * 0.9, high * 1.1, Scale::log, box.bottom(), box.top);
        svg.text({box.left, box.top - 8}, "start", "bold", "input of " + groups[g]);
        svg.x_axis(x, box, 6, "channels, largest first");
        svg.y_axis(y, box, 5, true);
        svg.vertical_text({box.left - 48, box.top + box.height / 2}, "soft", "max |x|");
        for (const auto& curve : curves[g]) {
            std::vector<Point> points;
            for (const size_t rank : shown_ranks(curve.sorted.size()))
                points.emplace_back(x.place(static_cast<double>(rank)),
                                    y.place(curve.sorted[rank - 1]));
            const auto color = layer_color(curve.layer, last_layer);
            svg.colored_line(points, color);
            const size_t middle = (curve.sorted.size() + 1) / 2;
            svg.colored_ring(
                {x.place(static_cast<double>(middle)), y.place(curve.sorted[middle - 1])}, color);
        }
    }
    return svg.finish();
}

} // namespace fp4::quant
