#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "svg.hpp"

namespace fp4::quant {
namespace {

constexpr double left = 62, gap = 24, top = 26, least_height = 300, label_step = 15, bf16_bytes = 2;

struct CostPoint {
    std::string label;
    const WeightBytes* of; // one of them for all seeds
    double bytes, kl, error;
    size_t series; // marker and color: by format
};

struct Panel {
    std::string acts;
    std::vector<CostPoint> points;
};

// Heights for labels that want to be at `wanted` (sorted), at least label_step apart and within
// [low, high] where they fit.
std::vector<double> spread(std::vector<double> wanted, double low, double high) {
    double least = low;
    for (double& y : wanted) least = (y = std::max(y, least)) + label_step;
    double most = high;
    for (size_t i = wanted.size(); i-- > 0;)
        most = (wanted[i] = std::min(wanted[i], most)) - label_step;
    return wanted;
}

std::vector<Panel> panels_of(const std::vector<Row>& rows, const std::vector<WeightBytes>& bytes) {
    std::vector<Panel> panels;
    std::vector<CostPoint> reference;
    for (const auto& row : rows) {
        const auto& key = row.key;
        if (key.domain != all_domains || (key.arith != "fake" && key.method != "bf16")) continue;
        const auto at = std::find_if(bytes.begin(), bytes.end(), [&](const WeightBytes& b) {
            return b.method == key.method && b.format == key.format && b.acts == key.acts;
        });
        if (at == bytes.end() || !(at->bytes_per_weight > 0) ||
            !std::isfinite(at->bytes_per_weight))
            continue;
        const CostPoint point{
            chart_label(key),       &*at,
            at->bytes_per_weight,   row.kl,
            row.kl_2se.value_or(0), key.format == "nvfp4" ? 0u : key.format == "razer" ? 1u : 2u};
        if (key.method == "bf16") {
            reference.push_back(point);
            reference.back().label = "bf16";
            continue;
        }
        if (panels.empty() || panels.back().acts != key.acts) panels.push_back({key.acts, {}});
        if (std::ranges::any_of(panels.back().points,
                                [&](const CostPoint& each) { return each.of == point.of; }))
            continue;
        panels.back().points.push_back(point);
    }
    for (auto& panel : panels) {
        panel.points.insert(panel.points.end(), reference.begin(), reference.end());
        std::stable_sort(panel.points.begin(), panel.points.end(),
                         [](const CostPoint& a, const CostPoint& b) { return a.kl > b.kl; });
    }
    return panels;
}

void draw_panel(Svg& svg, const Panel& panel, const Box& box, const Axis& x, const Axis& y) {
    std::vector<double> wanted;
    const auto labeled_right = [&](const CostPoint& point) {
        return x.place(point.bytes) < box.left + 0.6 * box.width;
    };
    double label_x = box.left;
    for (const auto& point : panel.points)
        if (labeled_right(point)) {
            wanted.push_back(y.place(point.kl));
            label_x = std::max(label_x, x.place(point.bytes) + 26);
        }
    const auto heights = spread(wanted, box.top + 6, box.bottom() - 6);
    size_t next = 0;
    for (const auto& point : panel.points) {
        const Point at{x.place(point.bytes), y.place(point.kl)};
        if (point.error > 0)
            svg.line({at.first, y.place(point.kl - point.error)},
                     {at.first, y.place(point.kl + point.error)}, "whisker");
        if (labeled_right(point)) {
            const double height_of = heights[next++];
            svg.line({at.first + 5, at.second}, {label_x - 4, height_of}, "leader");
            const auto room =
                static_cast<size_t>(std::max(4.0, (box.right() - label_x) / text_width("x")));
            svg.text({label_x, height_of + 4}, "start", "ink", shortened(point.label, room));
        } else {
            svg.text({at.first - 8, at.second - 6}, "end", "ink", shortened(point.label, 24));
        }
    }
    for (const auto& point : panel.points)
        svg.series_marker({x.place(point.bytes), y.place(point.kl)}, point.series);
}

} // namespace

std::string cost_chart(const std::vector<Row>& rows, const std::vector<WeightBytes>& bytes) {
    const auto panels = panels_of(rows, bytes);
    if (panels.empty()) return {};
    double high = 0, most = bf16_bytes, height = least_height;
    for (const auto& panel : panels) {
        height = std::max(height, label_step * static_cast<double>(panel.points.size()));
        for (const auto& point : panel.points) {
            high = std::max(high, point.kl + point.error);
            most = std::max(most, point.bytes);
        }
    }
    const auto count = static_cast<double>(panels.size());
    const double width = std::min((figure_width - left - 4 - gap * (count - 1)) / count, 480.0);
    Svg svg(top + height + 48, "KL against the size of the weights");
    for (size_t p = 0; p < panels.size(); ++p) {
        const Box box{left + (width + gap) * static_cast<double>(p), top, width, height};
        const Axis x(0, most * 1.05, Scale::linear, box.left, box.right());
        const Axis y(0, high * 1.04, Scale::linear, box.bottom(), box.top);
        svg.text({box.left, box.top - 8}, "start", "bold", panels[p].acts);
        svg.x_axis(x, box, 4, "bytes per weight");
        svg.y_axis(y, box, 6, p == 0);
        if (p == 0)
            svg.vertical_text({14, box.top + box.height / 2}, "soft", "KL to BF16, nats per token");
        draw_panel(svg, panels[p], box, x, y);
    }
    return svg.finish();
}

} // namespace fp4::quant
