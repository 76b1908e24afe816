// table.json: {"context": {...}, "rows": [...]}, one row a line, keys and rows in a fixed order,
// numbers by the shortest text that reads back as the same number.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/quant/report/row.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct TableContext {
    std::vector<std::string> domains;
    uint64_t windows = 0; // evaluated, all domains together
    uint64_t calib_tokens = 0;
    std::string calib_sha256;
    std::string model_sha256;
    std::string tokens_sha256;
    std::string commit;
    std::string cpu;
    std::string blas;
    uint64_t threads = 0;
    std::string command;

    bool operator==(const TableContext&) const = default;
};

// A row that could not be made, and why.
struct FailedRow {
    RowKey key; // domain: all
    std::string error;

    bool operator==(const FailedRow&) const = default;
};

struct Table {
    TableContext context;
    std::vector<Row> rows;         // in the order of row_before, each key once
    std::vector<FailedRow> failed; // likewise; in the file among the others, with "error" for
                                   // every number

    bool operator==(const Table&) const = default;
};

// What cannot be reproduced and so stays out of the table: the wall time of making a row.
struct RowSeconds {
    RowKey key;
    double seconds = 0;

    bool operator==(const RowSeconds&) const = default;
};

// Rows in order, whatever theirs is. bad_argument: a key twice, text that is not UTF-8; not_finite:
// a number that is none, with the row and the name.
Result<std::string> table_json(const Table& table);
Result<std::string> seconds_json(const std::vector<RowSeconds>& rows);

// Strict: every key must be there and no other, of its type, each row once; bad_file with the place
// otherwise. Rows come sorted.
Result<Table> parse_table_json(std::string_view text, std::string_view file_name);

// Rows of `remade` take the place of rows with their keys or are added, failed ones only where no
// row has their key; commit, cpu, blas and
// threads become those of `remade`, and its command stands behind the others. bad_argument, and
// nothing changed, where the tables are not of the same model, tokens, windows, domains and
// calibration set.
Status merge_table(Table& table, const Table& remade);

} // namespace fp4::quant
