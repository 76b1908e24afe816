// nmse.json, what encoders lose on synthetic numbers: {"context": {...}, "rows": [...]}, one row a
// line, numbers by the shortest text that reads back as the same number.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/quant/nmse/measure_nmse.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct NmseRow {
    NmsePair pair;
    NmseFigures nmse{}; // in the order of nmse_sets

    bool operator==(const NmseRow&) const = default;
};

// Rows are in the order of nmse_pairs, each pair once.
struct NmseTable {
    std::string command; // that makes all of it
    uint64_t seed = 0;
    uint64_t values = 0; // of each set
    std::vector<NmseRow> rows;

    bool operator==(const NmseTable&) const = default;
};

// not_finite: a figure that is no number, with pair and set.
Result<std::string> nmse_json(const NmseTable& table);

// Strict: every key must be there and no other, of its type; pairs that golden has, each once;
// bad_file with the place otherwise. Rows come in order.
Result<NmseTable> parse_nmse_json(std::string_view text, std::string_view file_name);

// Rows of `remade` take the place of rows of the same pair or are added. bad_argument, and nothing
// changed, where seed or number of values differ.
Status merge_nmse(NmseTable& table, const NmseTable& remade);

// The rows as a Markdown table, in the order given.
std::string nmse_text(const std::vector<NmseRow>& rows);

} // namespace fp4::quant
