#include <algorithm>
#include <cmath>
#include <limits>

#include "charts.hpp"
#include "svg.hpp"

namespace fp4::quant {
namespace {

constexpr size_t columns = 4;
constexpr double left = 62, gap = 22, panel_height = 130, row_step = 196, legend_step = 20;

template <class T>
size_t place_of(std::vector<T>& list, const T& value) {
    const auto at = std::find(list.begin(), list.end(), value);
    if (at != list.end()) return static_cast<size_t>(at - list.begin());
    list.push_back(value);
    return list.size() - 1;
}

struct Sample {
    size_t series, op;
    uint32_t layer;
    double value;
};

// Where the legend's entries begin, in as many lines as they need.
std::vector<Point> legend_places(const std::vector<std::string>& names) {
    std::vector<Point> places;
    double x = left, y = 10;
    for (const auto& name : names) {
        const double width = text_width(shortened(name, 40));
        if (x > left && x + 34 + width > figure_width) x = left, y += legend_step;
        places.emplace_back(x, y);
        x += 50 + width;
    }
    return places;
}

void draw_legend(Svg& svg, const std::vector<std::string>& names) {
    const auto places = legend_places(names);
    for (size_t i = 0; i < names.size(); ++i) {
        const auto [x, y] = places[i];
        svg.series_line({{x, y}, {x + 26, y}}, i);
        svg.series_marker({x + 13, y}, i);
        svg.text({x + 32, y + 4}, "start", "ink", shortened(names[i], 40));
    }
}

} // namespace

std::string layer_chart(const std::vector<LayerError>& errors, ErrorOf which) {
    std::vector<std::string> names, ops;
    std::vector<Sample> samples;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    uint32_t last_layer = 0;
    for (const auto& error : errors) {
        const double value = which == ErrorOf::weights ? error.weight_nmse : error.output_nmse;
        if (!(value > 0) || !std::isfinite(value)) continue; // no place on a log scale
        samples.push_back({place_of(names, chart_label({.method = error.method,
                                                        .format = error.format,
                                                        .act_scale = "static",
                                                        .arith = "fake"})),
                           place_of(ops, error.op), error.layer, value});
        low = std::min(low, value);
        high = std::max(high, value);
        last_layer = std::max(last_layer, error.layer);
    }
    if (samples.empty()) return {};
    std::stable_sort(samples.begin(), samples.end(),
                     [](const Sample& a, const Sample& b) { return a.layer < b.layer; });

    const size_t panel_rows = (ops.size() + columns - 1) / columns;
    const double width = (figure_width - left - gap * (columns - 1) - 4) / columns;
    const double first_top = legend_places(names).back().second + legend_step + 26;
    Svg svg(first_top + row_step * static_cast<double>(panel_rows) - 20,
            which == ErrorOf::weights ? "Weight error per layer" : "Output error per layer");
    draw_legend(svg, names);
    for (size_t op = 0; op < ops.size(); ++op) {
        const Box box{left + (width + gap) * static_cast<double>(op % columns),
                      first_top + row_step * static_cast<double>(op / columns), width,
                      panel_height};
        const Axis x(-0.3, last_layer + 0.3, Scale::linear, box.left, box.right());
        const Axis y(low * 0.9, high * 1.1, Scale::log, box.bottom(), box.top);
        svg.text({box.left, box.top - 8}, "start", "bold", ops[op]);
        svg.y_axis(y, box, 5, op % columns == 0);
        const uint32_t step = last_layer / 8 + 1;
        for (uint64_t layer = 0; layer <= last_layer; layer += step)
            svg.text({x.place(static_cast<double>(layer)), box.bottom() + 16}, "middle", "soft",
                     std::to_string(layer));
        svg.line({box.left, box.bottom()}, {box.right(), box.bottom()}, "frame");
        svg.text({box.left + box.width / 2, box.bottom() + 34}, "middle", "soft", "layer");
        if (op % columns == 0) svg.vertical_text({14, box.top + box.height / 2}, "soft", "NMSE");
        for (size_t series = 0; series < names.size(); ++series) {
            std::vector<Point> points;
            for (const auto& sample : samples)
                if (sample.series == series && sample.op == op)
                    points.emplace_back(x.place(sample.layer), y.place(sample.value));
            if (points.size() > 1) svg.series_line(points, series);
            if (last_layer < 20)
                for (const auto& point : points) svg.series_marker(point, series);
        }
    }
    return svg.finish();
}

} // namespace fp4::quant
