#include "fp4/quant/report/nmse_table.hpp"

#include <algorithm>

#include "fp4/try.hpp"
#include "nmse_cells.hpp"
#include "number_text.hpp"

namespace fp4::quant {
namespace {

void sort_rows(std::vector<NmseRow>& rows) {
    const auto order = nmse_pairs();
    std::ranges::stable_sort(
        rows, {}, [&](const NmseRow& row) { return std::ranges::find(order, row.pair); });
}

} // namespace

Status merge_nmse(NmseTable& table, const NmseTable& remade) {
    if (table.seed != remade.seed || table.values != remade.values)
        return Error{ErrorCode::bad_argument,
                     "context: expected seed " + std::to_string(remade.seed) + " and " +
                         std::to_string(remade.values) + " values, found seed " +
                         std::to_string(table.seed) + " and " + std::to_string(table.values) +
                         " values"};
    table.command = remade.command;
    std::erase_if(table.rows, [&](const NmseRow& row) {
        return std::ranges::find(remade.rows, row.pair, &NmseRow::pair) != remade.rows.end();
    });
    table.rows.insert(table.rows.end(), remade.rows.begin(), remade.rows.end());
    sort_rows(table.rows);
    return Done{};
}

std::vector<std::string> nmse_titles() {
    std::vector<std::string> titles;
    for (const NmseSet& set : nmse_sets) titles.emplace_back(set.title);
    return titles;
}

std::vector<std::string> nmse_cells(const NmseRow* row) {
    std::vector<std::string> cells(nmse_sets.size(), "-");
    for (size_t set = 0; row && set < cells.size(); ++set)
        cells[set] = fixed_text(row->nmse[set], row->nmse[set] < 0.1 ? 5 : 3);
    return cells;
}

std::string nmse_text(const std::vector<NmseRow>& rows) {
    TableCells out{{"Format", "Encoder"}, {}};
    std::ranges::copy(nmse_titles(), std::back_inserter(out.header));
    for (const NmseRow& row : rows) {
        auto& cells = out.rows.emplace_back(
            std::vector<std::string>{std::string(spec_of(row.pair.format).name),
                                     std::string(spec_of(row.pair.encoder).name)});
        std::ranges::copy(nmse_cells(&row), std::back_inserter(cells));
    }
    return markdown_table(std::move(out), 2);
}

} // namespace fp4::quant
