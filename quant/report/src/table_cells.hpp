// The table's columns, before they become Markdown or HTML.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fp4/quant/report/row.hpp"

namespace fp4::quant {

inline constexpr size_t name_columns = 5; // the rest are numbers

struct TableCells {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

TableCells table_cells(const std::vector<Row>& rows, std::string_view domain);

// One Markdown table that is aligned as plain text too: the first `names` columns to the left.
// Cells are shown printable, their bars escaped.
std::string markdown_table(TableCells cells, size_t names);

// The method, and what the columns do not show: "faar-2fa (seed 2)", "rtn (call scale)".
std::string method_label(const RowKey& key);

} // namespace fp4::quant
