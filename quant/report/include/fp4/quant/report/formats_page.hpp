// The formats side by side, as a page and as a picture: what they are, what they need in hardware,
// what they lose on synthetic numbers and in a model.
#pragma once
#include <string>
#include <string_view>

#include "fp4/quant/report/nmse_table.hpp"
#include "fp4/quant/report/table_json.hpp"

namespace fp4::quant {

// Markdown, with a row for every format of golden that an encoder makes; "-" where a table has no
// row for it. `model_name` is that of the model's page beside this one; the picture beside it is
// formats.svg.
std::string formats_page(const NmseTable& nmse, const Table& model, std::string_view model_name);

// An SVG file: a line a format, best on N(0,1) by the common search first, markers for its
// published encoder and for that search; formats without NMSE are left out. Empty where all are.
std::string formats_svg(const NmseTable& nmse, const Table& model, std::string_view model_name);

} // namespace fp4::quant
