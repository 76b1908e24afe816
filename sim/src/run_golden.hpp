// Engine `golden`: no hardware, golden's fast path against its reference path.
#pragma once
#include "system.hpp"

namespace fp4::sim {

// Results in trace order, untimed (cycles 0). Stops early when job.interrupted().
std::vector<OpResult> run_golden(const SystemJob& job);

} // namespace fp4::sim
