// The folder of --dump-ops: operands and outputs of every op as plain files, for other
// implementations to be held against.
#pragma once
#include <filesystem>

#include "run_report.hpp"

namespace fp4::sim {

inline constexpr const char* dumped_ops_file = "ops.txt";

// ops.txt, NNN.a_codes, NNN.a_scales, NNN.b_codes, NNN.b_scales, NNN.c, NNN.d, NNN.out per op, and
// SHA256SUMS over all of them; docs/06_simulator.md has the layout. The report is complete.
Status dump_ops(const std::filesystem::path& folder, const RunReport& report);

} // namespace fp4::sim
