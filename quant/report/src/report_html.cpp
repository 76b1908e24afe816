#include "fp4/quant/report/report_html.hpp"

#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "figure_style.hpp"
#include "fp4/io/escape_xml.hpp"
#include "number_text.hpp"
#include "table_cells.hpp"

namespace fp4::quant {
namespace {

using io::escape_xml;

constexpr std::string_view page_style = R"(
@page{size:A4;margin:15mm}
body{margin:0 auto;max-width:1080px;padding:24px 16px 48px;background:var(--bg);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
h1{font-size:24px;margin:0 0 4px}
h2{font-size:17px;margin:36px 0 4px;break-after:avoid}
p{margin:0 0 10px;color:var(--soft);max-width:76ch}
figure{margin:12px 0 0;break-inside:avoid}
svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:11.5px;font-variant-numeric:tabular-nums;margin:8px 0 20px}
th,td{padding:3px 5px;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th{color:var(--soft);font-weight:600}
th.name,td.name{text-align:left}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;font-size:13px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,monospace}
@media print{body{padding:0;font-size:12px}.scroll{overflow:visible}table{font-size:8px}th,td{padding:2px 3px}}
)";

std::string section(const std::string& title, const std::string& text, const std::string& content) {
    std::string out = "<h2>" + escape_xml(title) + "</h2>\n<p>" + escape_xml(text) + "</p>\n";
    return out + (content.empty() ? "<p>No data were given for this figure.</p>\n" : content);
}

std::string figure(const std::string& svg) {
    return svg.empty() ? svg : "<figure>\n" + svg + "</figure>\n";
}

std::string html_table(const TableCells& cells, size_t names) {
    const auto line = [&](const std::vector<std::string>& row, const std::string& tag) {
        std::string out = "<tr>";
        for (size_t c = 0; c < row.size(); ++c)
            out += "<" + tag + (c < names ? " class=\"name\">" : ">") + escape_xml(row[c]) + "</" +
                   tag + ">";
        return out + "</tr>\n";
    };
    std::string out = "<div class=\"scroll\"><table>\n<thead>\n" + line(cells.header, "th") +
                      "</thead>\n<tbody>\n";
    for (const auto& row : cells.rows) out += line(row, "td");
    return out + "</tbody>\n</table></div>\n";
}

std::string channel_table(const std::vector<ChannelMaxima>& channels) {
    if (channels.empty()) return {};
    TableCells cells{{"Layer", "Input of", "Channels", "Max |x|", "Median of channels",
                      "Max/median", "Kurtosis"},
                     {}};
    for (const auto& input : channels) {
        auto sorted = input.max_abs;
        std::erase_if(sorted, [](float value) { return !std::isfinite(value); });
        std::sort(sorted.begin(), sorted.end());
        const size_t n = sorted.size();
        const double median =
            n == 0 ? 0 : (double{sorted[(n - 1) / 2]} + double{sorted[n / 2]}) / 2;
        cells.rows.push_back(
            {std::to_string(input.layer), input.group, std::to_string(input.max_abs.size()),
             n == 0 ? "-" : general_text(sorted.back(), 4), n == 0 ? "-" : general_text(median, 4),
             general_text(input.max_over_median, 4), general_text(input.kurtosis, 4)});
    }
    return html_table(cells, 2);
}

std::string domain_tables(const Table& table) {
    std::vector<std::string> domains{all_domains};
    for (const auto& row : table.rows)
        if (std::find(domains.begin(), domains.end(), row.key.domain) == domains.end())
            domains.push_back(row.key.domain);
    std::string out;
    for (const auto& domain : domains) {
        const auto cells = table_cells(table.rows, domain);
        if (cells.rows.empty()) continue;
        out += "<p><strong>" +
               escape_xml(domain == all_domains ? "All domains together" : "Domain " + domain) +
               "</strong></p>\n" + html_table(cells, name_columns);
    }
    return out;
}

std::string context_list(const TableContext& context) {
    std::string domains;
    for (const auto& domain : context.domains) domains += (domains.empty() ? "" : ", ") + domain;
    std::string out = "<dl>\n";
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"command", context.command},
             {"commit", context.commit},
             {"domains", domains},
             {"windows", std::to_string(context.windows)},
             {"calibration tokens", std::to_string(context.calib_tokens)},
             {"calibration SHA-256", context.calib_sha256},
             {"model SHA-256", context.model_sha256},
             {"tokens SHA-256", context.tokens_sha256},
             {"CPU", context.cpu},
             {"BLAS", context.blas},
             {"threads", std::to_string(context.threads)}})
        out += "<dt>" + escape_xml(name) + "</dt><dd>" + escape_xml(value) + "</dd>\n";
    return out + "</dl>\n";
}

// Of models that were trained; nothing where none was. Stage 1 is drawn once for models that share
// it.
std::string training_sections(const std::vector<TrainingLog>& trainings) {
    std::string out;
    std::vector<const std::vector<LinearLog>*> drawn;
    for (const auto& training : trainings) {
        if (training.linears.empty() ||
            std::ranges::any_of(drawn, [&](const auto* each) { return *each == training.linears; }))
            continue;
        drawn.push_back(&training.linears);
        out += section("FAAR, stage 1: " + training.name,
                       "Loss of each linear's outputs with soft roundings over that of rounding to "
                       "nearest, log scale; rings: hard roundings that were kept.",
                       figure(rounding_chart(training)));
    }
    const auto alignment = figure(alignment_chart(trainings));
    if (!alignment.empty())
        out += section("FAAR, stage 2: all roundings together",
                       "Means between snapshots on the windows trained on; lambda rises until "
                       "nothing is left undecided.",
                       alignment);
    return out;
}

} // namespace

std::string report_html(const Report& report) {
    const auto& rows = report.table.rows;
    const std::string title = escape_xml(report.title + ": accuracy of 4-bit formats and methods");
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta "
        "charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
        title + "</title>\n<style>" + std::string(figure_style) + std::string(page_style) +
        "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n<p>" +
        escape_xml("Errors are 2 standard errors, from resampling source files. W4A16: weights in "
                   "4 bits; W16A4: activations; W4A4: both. "
                   "Closed: the share of RTN's distance to BF16 (NVFP4, same acts) that a method "
                   "removes.") +
        "</p>\n";
    page += section("KL divergence to BF16 by method, nats per token (lower is better)",
                    "Bars: mean over predicted tokens of all domains; whiskers: 2 standard errors. "
                    "Blue: NVFP4; orange: RaZeR; green: other formats.",
                    figure(kl_chart(rows)));
    page += section("Perplexity by method (lower is better)",
                    "Marks: perplexity per token over all domains; whiskers: 2 standard errors of "
                    "the difference to BF16 on the same files; dashed: BF16.",
                    figure(ppl_chart(rows)));
    page += section(
        "Weight error per layer and linear, NMSE",
        "Normalized mean square error of the dequantized weights, |W - Q|² / |W|², log scale.",
        figure(layer_chart(report.layer_errors, ErrorOf::weights)));
    page += section(
        "Output error per layer and linear, NMSE",
        "Normalized mean square error of each linear's output, |Y - Y_q|² / |Y|², log scale.",
        figure(layer_chart(report.layer_errors, ErrorOf::outputs)));
    page += section("Activation outliers: largest absolute value per channel, by layer input",
                    "Channels sorted by their largest absolute value over the calibration set, "
                    "both scales log. A steep left end is a few outlier channels.",
                    figure(channel_chart(report.channel_maxima)) +
                        channel_table(report.channel_maxima));
    page += section("KL divergence against the size of the weights, bytes per weight",
                    "Codes, scales and side tables of the quantized linears over their weights. "
                    "Lower left is better; lines lead to labels; whiskers: 2 standard errors.",
                    figure(cost_chart(rows, report.weight_bytes)));
    page += training_sections(report.training);
    page += section("Table",
                    "Gap closed: of perplexity, as a share of the gap between RTN and BF16; left "
                    "out where that gap is within 2 standard errors of 0.",
                    domain_tables(report.table));
    page += section("Context", "How the numbers were made.", context_list(report.table.context));
    return page + "</body>\n</html>\n";
}

} // namespace fp4::quant
