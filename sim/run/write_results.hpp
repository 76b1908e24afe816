// The folders that a run leaves: --out, --dump-outputs, --dump-ops.
#pragma once
#include "options.hpp"
#include "run_report.hpp"

namespace fp4::sim {

// Before the run: every folder asked for can be written. Leaves nothing behind.
Status check_result_folders(const Options& options);

// Each folder whole or not at all; the dumps only of a complete run.
Status write_results(const RunReport& report);

} // namespace fp4::sim
