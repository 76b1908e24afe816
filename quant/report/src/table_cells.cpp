#include "table_cells.hpp"

#include "number_text.hpp"

namespace fp4::quant {

std::string method_label(const RowKey& key) {
    std::string extra;
    if (key.act_scale != "static") extra = key.act_scale + " scale";
    if (key.seed != 0) extra += (extra.empty() ? "seed " : ", seed ") + std::to_string(key.seed);
    return extra.empty() ? key.method : key.method + " (" + extra + ")";
}

TableCells table_cells(const std::vector<Row>& rows, std::string_view domain) {
    TableCells out{{"Method", "Format", "Acts", "Act. format", "Arithmetic", "KL, nats/token",
                    "KL closed", "PPL", "ΔNLL to RTN", "Gap closed", "Bits/byte", "Top-1"},
                   {}};
    for (const auto& row : rows) {
        if (row.key.domain != domain) continue;
        out.rows.push_back(
            {method_label(row.key), row.key.format, row.key.acts, row.key.act_format, row.key.arith,
             with_error_text(row.kl, row.kl_2se), percent_text(row.kl_closed, row.kl_closed_2se),
             with_error_text(row.ppl, row.ppl_2se),
             row.dnll_vs_rtn ? with_error_text(*row.dnll_vs_rtn, row.dnll_vs_rtn_2se) : "-",
             percent_text(row.gap_closed, row.gap_closed_2se), fixed_text(row.bits_per_byte, 4),
             percent_text(row.top1, {})});
    }
    return out;
}

} // namespace fp4::quant
