// The table for terminals and documents: one Markdown table that is aligned as plain text too.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fp4/quant/report/row.hpp"

namespace fp4::quant {

// The rows of one domain, in the order given; "-" where a value is not defined. Names are shown
// printable, their bars escaped.
std::string table_text(const std::vector<Row>& rows, std::string_view domain = all_domains);

// What every method closes under static scales in float32 arithmetic, over all domains: a line for
// each method and format, the mean of its seeds.
std::string summary_text(const std::vector<Row>& rows);

} // namespace fp4::quant
