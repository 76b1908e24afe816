#include <algorithm>
#include <optional>

#include "charts.hpp"
#include "number_text.hpp"
#include "svg.hpp"
#include "table_cells.hpp"

namespace fp4::quant {
namespace {

struct Interval {
    std::string group, label, note;
    double value = 0;
    double error = 0;
    std::string color;
};

struct IntervalChart {
    std::string label, unit;
    std::vector<Interval> intervals; // those of a group one after the other
    bool bars = false;               // from 0
    std::optional<double> line;
    std::string line_label;
};

constexpr double row_height = 20, group_height = 28, bottom = 48;
constexpr size_t label_length = 44;

std::string color_of(const RowKey& key) {
    return key.format == "razer" ? "c1" : key.format == "nvfp4" ? "c0" : "c2";
}

std::string draw(const IntervalChart& chart) {
    if (chart.intervals.empty()) return {};
    double left = 0, note_width = 0, low = chart.bars ? 0 : chart.intervals[0].value, high = low,
           plot_height = 0;
    const std::string* group = nullptr;
    const double top = chart.line ? 26 : 4;
    for (const auto& i : chart.intervals) {
        left = std::max(left, text_width(shortened(i.label, label_length)) + 12);
        note_width = std::max(note_width, text_width(i.note) + 16);
        low = std::min(low, i.value - i.error);
        high = std::max(high, i.value + i.error);
        plot_height += row_height + (!group || *group != i.group ? group_height : 0);
        group = &i.group;
    }
    if (chart.line) low = std::min(low, *chart.line), high = std::max(high, *chart.line);
    const double margin = (high - low) * 0.03;
    const Box box{left, top, figure_width - left - note_width, plot_height};
    const Axis x(chart.bars ? std::min(low, 0.0) : low - margin, high + margin, Scale::linear,
                 box.left, box.right());

    Svg svg(top + plot_height + bottom, chart.label);
    svg.x_axis(x, box, 7, chart.unit);
    if (chart.line) {
        const double at = x.place(*chart.line);
        svg.line({at, box.top - 4}, {at, box.bottom()}, "reference");
        svg.text({at, box.top - 9}, at < box.left + 40 ? "start" : "middle", "ink",
                 chart.line_label);
    }
    double y = top;
    group = nullptr;
    for (const auto& i : chart.intervals) {
        if (!group || *group != i.group) {
            svg.text({0, y + 19}, "start", "bold", i.group);
            y += group_height;
        }
        group = &i.group;
        const double middle = y + row_height / 2;
        svg.text({box.left - 8, middle + 4}, "end", "ink", shortened(i.label, label_length));
        if (chart.bars) {
            svg.rect({x.place(0), middle - 6, x.place(i.value) - x.place(0), 12}, "bar " + i.color);
        } else {
            svg.series_marker({x.place(i.value), middle}, static_cast<size_t>(i.color[1] - '0'));
        }
        if (i.error > 0)
            svg.whisker(x.place(i.value - i.error), x.place(i.value + i.error), middle, "whisker");
        svg.text({box.right() + 12, middle + 4}, "start", "soft", i.note);
        y += row_height;
    }
    return svg.finish();
}

bool is_reference(const RowKey& key) { return key.method == "bf16"; }

} // namespace

std::string chart_label(const RowKey& key) {
    std::string label = method_label(key);
    if (key.format != "nvfp4" && !key.method.starts_with(key.format)) label += " · " + key.format;
    if (key.arith != "fake") label += " · " + key.arith;
    return label;
}

std::string kl_chart(const std::vector<Row>& rows) {
    IntervalChart chart{.label = "KL divergence to the reference by method",
                        .unit = "KL to BF16, nats per token",
                        .intervals = {},
                        .bars = true};
    for (const auto& row : rows) {
        if (row.key.domain != all_domains || is_reference(row.key)) continue;
        auto note = with_error_text(row.kl, row.kl_2se);
        if (row.kl_closed) note += ", closed " + fixed_text(100 * *row.kl_closed, 0) + " %";
        chart.intervals.push_back({row.key.acts, chart_label(row.key), note, row.kl,
                                   row.kl_2se.value_or(0), color_of(row.key)});
    }
    return draw(chart);
}

std::string ppl_chart(const std::vector<Row>& rows) {
    IntervalChart chart{
        .label = "Perplexity by method", .unit = "Perplexity per token", .intervals = {}};
    for (const auto& row : rows) {
        if (row.key.domain != all_domains) continue;
        if (is_reference(row.key)) {
            chart.line = row.ppl;
            chart.line_label = "BF16 " + fixed_text(row.ppl, 3);
            continue;
        }
        chart.intervals.push_back({row.key.acts, chart_label(row.key),
                                   with_error_text(row.ppl, row.ppl_2se), row.ppl,
                                   row.ppl_2se.value_or(0), color_of(row.key)});
    }
    return draw(chart);
}

} // namespace fp4::quant
