// The NMSE columns of the tables.
#pragma once
#include <string>
#include <vector>

#include "fp4/quant/report/nmse_table.hpp"
#include "table_cells.hpp"

namespace fp4::quant {

// One a set, in the order of nmse_sets.
std::vector<std::string> nmse_titles();

// "-" for each where there is no row.
std::vector<std::string> nmse_cells(const NmseRow* row);

} // namespace fp4::quant
