#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "charts.hpp"
#include "layer_color.hpp"

namespace fp4::quant {
namespace {

constexpr double left = 62;

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = 0;

    // Values without a place on a log scale are left out.
    bool add(double value) {
        if (!(value > 0) || !std::isfinite(value)) return false;
        low = std::min(low, value);
        high = std::max(high, value);
        return true;
    }
};

// A linear of all layers: the soft loss over the steps, and at its end the loss of what was kept.
void draw_linear(Svg& svg, const Box& box, const std::vector<const LinearLog*>& logs,
                 const Range& losses, int64_t last_step, uint32_t last_layer, bool labels) {
    const Axis x(0, static_cast<double>(std::max<int64_t>(last_step, 1)), Scale::linear, box.left,
                 box.right() - 8);
    const Axis y(losses.low * 0.9, losses.high * 1.1, Scale::log, box.bottom(), box.top);
    svg.text({box.left, box.top - 8}, "start", "bold", logs.front()->linear);
    svg.x_axis(x, box, 3, "step");
    svg.y_axis(y, box, 5, labels);
    for (const auto* log : logs) {
        std::vector<Point> points;
        for (const auto& point : log->curve)
            if (point.loss > 0 && std::isfinite(point.loss))
                points.emplace_back(x.place(static_cast<double>(point.step)), y.place(point.loss));
        const auto color = layer_color(log->layer, last_layer);
        if (points.size() > 1) svg.colored_line(points, color);
        if (log->loss > 0) svg.colored_ring({box.right(), y.place(log->loss)}, color);
    }
}

} // namespace

std::string rounding_chart(const TrainingLog& training) {
    constexpr size_t columns = 4;
    constexpr double gap = 22, panel_height = 130, row_step = 196, legend_room = 30;
    std::vector<std::vector<const LinearLog*>> linears;
    Range losses;
    int64_t last_step = 0;
    uint32_t last_layer = 0;
    for (const auto& log : training.linears) {
        losses.add(log.loss);
        for (const auto& point : log.curve) {
            losses.add(point.loss);
            last_step = std::max(last_step, point.step);
        }
        last_layer = std::max(last_layer, log.layer);
        const auto at = std::ranges::find_if(
            linears, [&](const auto& each) { return each.front()->linear == log.linear; });
        (at == linears.end() ? linears.emplace_back() : *at).push_back(&log);
    }
    if (linears.empty() || losses.high == 0) return {};
    const double width = (figure_width - left - gap * (columns - 1) - 8) / columns;
    Svg svg(legend_room + 26 +
                row_step * static_cast<double>((linears.size() + columns - 1) / columns) - 20,
            "Loss of each linear while its roundings are trained");
    const double legend_end = layer_legend(svg, left, last_layer);
    svg.colored_ring({legend_end + 14, 10}, "currentColor");
    svg.text({legend_end + 24, 14}, "start", "ink", "what was kept");
    for (size_t i = 0; i < linears.size(); ++i) {
        const Box box{left + (width + gap) * static_cast<double>(i % columns),
                      legend_room + 26 + row_step * static_cast<double>(i / columns), width,
                      panel_height};
        draw_linear(svg, box, linears[i], losses, last_step, last_layer, i % columns == 0);
        if (i % columns == 0)
            svg.vertical_text({14, box.top + box.height / 2}, "soft", "loss / RTN");
    }
    return svg.finish();
}

std::string alignment_chart(const std::vector<TrainingLog>& trainings) {
    constexpr double gap = 66, panel_height = 220, legend_step = 20;
    std::vector<const TrainingLog*> shown;
    Range kl;
    int64_t last_step = 0;
    for (const auto& training : trainings) {
        if (training.alignment.size() < 2) continue;
        shown.push_back(&training);
        for (const auto& point : training.alignment) {
            kl.add(point.kl);
            last_step = std::max(last_step, point.step);
        }
    }
    if (shown.empty() || kl.high == 0) return {};
    const double width = (figure_width - left - gap - 18) / 2,
                 legend_height = legend_step * static_cast<double>((shown.size() + 2) / 3),
                 top = legend_height + 24;
    Svg svg(top + panel_height + 44, "Training of all roundings together");
    for (size_t i = 0; i < shown.size(); ++i) {
        const Point at{left + (figure_width - left) / 3 * static_cast<double>(i % 3),
                       10 + legend_step * static_cast<double>(i / 3)};
        svg.series_line({at, {at.first + 26, at.second}}, i);
        svg.text({at.first + 32, at.second + 4}, "start", "ink", shortened(shown[i]->name, 36));
    }
    const std::vector<std::pair<std::string, std::function<double(const AlignmentPoint&)>>> panels{
        {"KL divergence of the soft model, nats a token",
         [](const AlignmentPoint& point) { return point.kl; }},
        {"roundings that are undecided, share",
         [](const AlignmentPoint& point) { return point.undecided; }}};
    for (size_t p = 0; p < panels.size(); ++p) {
        const Box box{left + (width + gap) * static_cast<double>(p), top, width, panel_height};
        const Axis x(0, static_cast<double>(last_step), Scale::linear, box.left, box.right());
        const Axis y = p == 0 ? Axis(kl.low * 0.9, kl.high * 1.1, Scale::log, box.bottom(), box.top)
                              : Axis(0, 1, Scale::linear, box.bottom(), box.top);
        svg.text({box.left, box.top - 8}, "start", "bold", panels[p].first);
        svg.x_axis(x, box, 6, "step");
        svg.y_axis(y, box, 5, true);
        for (size_t i = 0; i < shown.size(); ++i) {
            std::vector<Point> points;
            for (const auto& point : shown[i]->alignment) {
                const double value = panels[p].second(point);
                if (std::isfinite(value) && (p > 0 || value > 0))
                    points.emplace_back(x.place(static_cast<double>(point.step)), y.place(value));
            }
            if (points.size() > 1) svg.series_line(points, i);
        }
    }
    return svg.finish();
}

} // namespace fp4::quant
