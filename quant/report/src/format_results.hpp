// What is known of a format by its published encoder and by the common search.
#pragma once
#include <vector>

#include "fp4/quant/report/nmse_table.hpp"
#include "fp4/quant/report/table_json.hpp"

namespace fp4::quant {

// Null: not measured. A format of weights or of activations alone has the W4A4 row of its pair.
struct FormatResult {
    NmsePair pair;
    const NmseRow* nmse = nullptr;
    const Row* w4a16 = nullptr;
    const Row* w4a4 = nullptr;
};

// For every format that encoders make, in golden's order: its published encoder, then the common
// search where that is another. Model rows are those of all domains, static scales and fake
// arithmetic. Pointers are into the tables.
std::vector<FormatResult> format_results(const NmseTable& nmse, const Table& model);

} // namespace fp4::quant
