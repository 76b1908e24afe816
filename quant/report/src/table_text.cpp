#include "fp4/quant/report/table_text.hpp"

#include <algorithm>
#include <cmath>

#include "number_text.hpp"
#include "table_cells.hpp"

namespace fp4::quant {
namespace {

// Rows that differ in nothing but their seed.
struct Seeds {
    std::vector<const Row*> rows;

    // Their mean; two standard errors of files, whose draw seeds share, and of seeds together.
    std::string text(std::optional<double> Row::*share,
                     std::optional<double> Row::*error_2se) const {
        if (rows.empty() || !(rows[0]->*share)) return "-";
        const auto count = static_cast<double>(rows.size());
        double mean = 0, square = 0, files = 0;
        for (const Row* row : rows) {
            mean += (row->*share).value_or(0) / count;
            files += (row->*error_2se).value_or(0) / count;
        }
        for (const Row* row : rows) square += std::pow((row->*share).value_or(0) - mean, 2);
        const double seeds = rows.size() > 1 ? 2 * std::sqrt(square / (count - 1) / count) : 0;
        return percent_text(mean, rows[0]->*error_2se ? std::optional(std::hypot(files, seeds))
                                                      : std::nullopt);
    }
};

Seeds seeds_of(const std::vector<Row>& rows, const RowKey& like, std::string_view acts) {
    Seeds out;
    for (const Row& row : rows) {
        const RowKey& key = row.key;
        if (key.method == like.method && key.format == like.format && key.acts == acts &&
            key.domain == all_domains && key.arith == "fake" && key.act_scale == "static")
            out.rows.push_back(&row);
    }
    return out;
}

} // namespace

std::string table_text(const std::vector<Row>& rows, std::string_view domain) {
    return markdown_table(table_cells(rows, domain), name_columns);
}

std::string summary_text(const std::vector<Row>& rows) {
    TableCells out{{"Method", "Format", "Seeds", "W4A16, KL closed", "W4A16, gap closed",
                    "W4A4, KL closed", "W4A4, gap closed"},
                   {}};
    std::vector<std::pair<std::string, std::string>> known;
    for (const Row& row : rows) {
        const std::pair name(row.key.method, row.key.format);
        if (!row.kl_closed || std::ranges::find(known, name) != known.end()) continue;
        known.push_back(name);
        const Seeds w4a16 = seeds_of(rows, row.key, "W4A16"),
                    w4a4 = seeds_of(rows, row.key, "W4A4");
        const size_t count = std::max(w4a16.rows.size(), w4a4.rows.size());
        if (count == 0) continue;
        out.rows.push_back({name.first, name.second, std::to_string(count),
                            w4a16.text(&Row::kl_closed, &Row::kl_closed_2se),
                            w4a16.text(&Row::gap_closed, &Row::gap_closed_2se),
                            w4a4.text(&Row::kl_closed, &Row::kl_closed_2se),
                            w4a4.text(&Row::gap_closed, &Row::gap_closed_2se)});
    }
    return markdown_table(std::move(out), 2);
}

} // namespace fp4::quant
