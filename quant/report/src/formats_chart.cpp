#include <algorithm>
#include <functional>
#include <optional>

#include "charts.hpp"
#include "format_hardware.hpp"
#include "format_results.hpp"
#include "fp4/quant/report/formats_page.hpp"
#include "number_text.hpp"
#include "styled_figure.hpp"
#include "svg.hpp"

namespace fp4::quant {
namespace {

constexpr double top = 66, row_height = 28, mark_offset = 5, bottom = 48, gap = 34, bits_width = 46;
constexpr size_t published_series = 0, sweep_series = 1;

struct Mark {
    double value, error_2se;
};

// A line of the picture.
struct FormatLine {
    FormatResult published;
    std::optional<FormatResult> sweep; // none: the published encoder is that search

    const FormatResult& best() const { return sweep ? *sweep : published; }
};

struct Panel {
    std::string title, unit;
    Scale scale;
    std::function<std::optional<Mark>(const FormatResult&)> mark;
};

Panel nmse_panel(const char* title, size_t set, Scale scale) {
    return {title, "NMSE", scale, [set](const FormatResult& result) -> std::optional<Mark> {
                if (!result.nmse) return {};
                return Mark{result.nmse->nmse[set], 0};
            }};
}

Panel kl_panel(std::string title, const Row* FormatResult::*row) {
    return {std::move(title), "KL, nats per token", Scale::linear,
            [row](const FormatResult& result) -> std::optional<Mark> {
                const Row* found = result.*row;
                if (!found) return {};
                return Mark{found->kl, found->kl_2se.value_or(0)};
            }};
}

size_t index_of(std::string_view set) {
    return static_cast<size_t>(std::ranges::find(nmse_sets, set, &NmseSet::name) -
                               nmse_sets.begin());
}

std::vector<FormatLine> lines_of(const NmseTable& nmse, const Table& model) {
    std::vector<FormatLine> lines;
    for (const FormatResult& result : format_results(nmse, model))
        if (!lines.empty() && lines.back().published.pair.format == result.pair.format)
            lines.back().sweep = result;
        else
            lines.push_back({result, {}});
    std::erase_if(lines, [](const FormatLine& line) { return !line.best().nmse; });
    const size_t set = index_of("normal");
    std::ranges::stable_sort(lines, {},
                             [&](const FormatLine& line) { return line.best().nmse->nmse[set]; });
    return lines;
}

// The results with a mark in the panel, with their series.
std::vector<std::pair<Mark, size_t>> marks_of(const Panel& panel, const FormatLine& line) {
    std::vector<std::pair<Mark, size_t>> out;
    const auto add = [&](const FormatResult& result, size_t series) {
        if (const auto mark = panel.mark(result)) out.emplace_back(*mark, series);
    };
    add(line.published, line.sweep ? published_series : sweep_series);
    if (line.sweep) add(*line.sweep, sweep_series);
    return out;
}

void draw_panel(Svg& svg, const Panel& panel, const Box& box,
                const std::vector<FormatLine>& lines) {
    svg.text({box.left, box.top - 10}, "start", "bold", panel.title);
    std::optional<double> low, high;
    for (const FormatLine& line : lines)
        for (const auto& [mark, series] : marks_of(panel, line)) {
            low = std::min(low.value_or(mark.value), mark.value - mark.error_2se);
            high = std::max(high.value_or(mark.value), mark.value + mark.error_2se);
        }
    if (!low) {
        svg.text({box.left + 8, box.top + 20}, "start", "soft", "not measured");
        return;
    }
    const bool log = panel.scale == Scale::log;
    const double margin = log ? 0 : (*high - *low) * 0.06;
    const Axis x(log ? *low * 0.85 : *low - margin, log ? *high * 1.18 : *high + margin,
                 panel.scale, box.left, box.right());
    svg.x_axis(x, box, 3, panel.unit);
    for (size_t i = 0; i < lines.size(); ++i) {
        const double middle = box.top + row_height * (static_cast<double>(i) + 0.5);
        for (const auto& [mark, series] : marks_of(panel, lines[i])) {
            const double y = middle + (series == sweep_series ? mark_offset : -mark_offset);
            if (mark.error_2se > 0)
                svg.whisker(x.place(mark.value - mark.error_2se),
                            x.place(mark.value + mark.error_2se), y, "whisker");
            svg.series_marker({x.place(mark.value), y}, series);
        }
    }
}

void draw_legend(Svg& svg, double left) {
    double x = left;
    for (const auto& [series, text] :
         {std::pair{published_series, "published encoder"},
          std::pair{sweep_series, "one search for all: every scale, least squared error"}}) {
        svg.series_marker({x + 4, 14}, series);
        svg.text({x + 14, 18}, "start", "ink", text);
        x += text_width(text) + 34;
    }
}

} // namespace

std::string formats_svg(const NmseTable& nmse, const Table& model, std::string_view model_name) {
    const auto lines = lines_of(nmse, model);
    if (lines.empty()) return {};
    const std::string name(model_name);
    const std::vector<Panel> panels{
        nmse_panel("N(0,1)", index_of("normal"), Scale::linear),
        nmse_panel("outlier channels", index_of("outliers"), Scale::log),
        nmse_panel("amplitudes, σ 2", index_of("spread_2"), Scale::log),
        kl_panel(name + ", W4A16", &FormatResult::w4a16),
        kl_panel(name + ", W4A4", &FormatResult::w4a4)};
    double names = 0;
    for (const FormatLine& line : lines)
        names = std::max(names, text_width(spec_of(line.published.pair.format).name) + 8);
    const double left = names + bits_width + 12;
    const auto count = static_cast<double>(panels.size());
    const double width = (figure_width - left - 14 - gap * (count - 1)) / count,
                 height = row_height * static_cast<double>(lines.size());
    Svg svg(top + height + bottom, "Errors of every format");
    draw_legend(svg, left);
    svg.text({names + bits_width, top - 10}, "end", "soft", "bits");
    for (size_t i = 0; i < lines.size(); ++i) {
        const double y = top + row_height * (static_cast<double>(i) + 0.5);
        const Format format = lines[i].published.pair.format;
        svg.text({names, y + 4}, "end", "ink", spec_of(format).name);
        svg.text({names + bits_width, y + 4}, "end", "soft",
                 bits_text(spec_of(format).block, probed(format).record_bytes));
        svg.line({left, y}, {figure_width - 14, y}, "grid");
    }
    for (size_t p = 0; p < panels.size(); ++p)
        draw_panel(svg, panels[p],
                   {left + (width + gap) * static_cast<double>(p), top, width, height}, lines);
    return styled(svg.finish());
}

} // namespace fp4::quant
