// A failed run cut down to what shows the fault.
#pragma once
#include <optional>

#include "run_report.hpp"

namespace fp4::sim {

// The tile of the first mismatch as a trace of its own, with the C it was run with. None where
// nothing differs, or where outputs do not come in tiles.
std::optional<traces::Trace> reproducer(const RunReport& report);

} // namespace fp4::sim
