#include "fp4/quant/report/code_books_page.hpp"

#include <algorithm>
#include <set>

#include "number_text.hpp"
#include "table_cells.hpp"

namespace fp4::quant {
namespace {

std::string value_text(int halves) { return general_text(halves / 2.0, 4); }

// "±0.5 1 1.5 2 3 4 6, +2.5": magnitudes that have both signs, and the others.
std::string book_text(const CodeBookHalves& book) {
    const std::set<int> values(book.begin(), book.end());
    std::string both = "±", single;
    for (const int each : values) {
        const bool mirrored = values.contains(-each);
        if (each > 0 && mirrored) both += (both == "±" ? "" : " ") + value_text(each);
        if (!mirrored) single += (each > 0 ? ", +" : ", ") + value_text(each);
    }
    return both + single;
}

} // namespace

std::string code_books_page(const CodeBookSearch& search) {
    TableCells table{{"Format", "First code book", "Other code book", "Rank in the search",
                      "N(0,1)", "t5", "Mean"},
                     {}};
    for (const RankedPair& pair : search.pairs)
        table.rows.push_back(
            {pair.name, book_text(pair.result.pair.first), book_text(pair.result.pair.other),
             pair.rank ? std::to_string(pair.rank) : "-", fixed_text(pair.result.nmse[0], 5),
             fixed_text(pair.result.nmse[1], 5), fixed_text(pair.result.mean(), 5)});
    return "# Code books of formats like razer-mix\n\nMade by `" + search.command +
           "`.\n\n"
           "Blocks of 16 elements under a UE4M3 scale, whose free bit chooses between two code "
           "books of sixteen values. All " +
           std::to_string(search.searched) +
           " pairs were searched in which the first is E2M1 with a special value in the place of "
           "-0 and the other has any seven magnitudes and any special value, multiples of 1/2 up "
           "to " +
           value_text(search.largest_halves) + ": " + std::to_string(search.searched_values) +
           " numbers of each set, every scale tried for every block, ranks by the mean of both "
           "errors. The best of them and formats of this project are below as measured on " +
           std::to_string(search.measured_values) +
           " numbers. Every value has both signs, but for those behind the comma. Zeros are left "
           "out.\n\n" +
           markdown_table(std::move(table), 3);
}

} // namespace fp4::quant
