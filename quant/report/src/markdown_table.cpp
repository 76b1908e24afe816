#include <algorithm>

#include "fp4/io/message.hpp"
#include "table_cells.hpp"

namespace fp4::quant {
namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : io::printable(text)) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

// Code points.
size_t width(const std::string& text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

} // namespace

std::string markdown_table(TableCells cells, size_t names) {
    cells.rows.insert(cells.rows.begin(), cells.header);
    std::vector<size_t> widths(cells.header.size());
    for (auto& row : cells.rows)
        for (size_t c = 0; c < row.size(); ++c) {
            row[c] = escaped(row[c]);
            widths[c] = std::max(widths[c], width(row[c]));
        }
    std::string out;
    for (size_t r = 0; r < cells.rows.size(); ++r) {
        for (size_t c = 0; c < widths.size(); ++c) {
            const std::string& cell = cells.rows[r][c];
            const std::string space(widths[c] - width(cell), ' ');
            out += c < names ? "| " + cell + space + " " : "| " + space + cell + " ";
        }
        out += "|\n";
        if (r != 0) continue;
        for (size_t c = 0; c < widths.size(); ++c)
            out += "|" + std::string(widths[c] + 1, '-') + (c < names ? "-" : ":");
        out += "|\n";
    }
    return out;
}

} // namespace fp4::quant
