// What a run says of one op, whichever engine ran it.
#pragma once
#include "checker.hpp"
#include "engine.hpp"

namespace fp4::sim {

struct OpResult {
    const traces::TraceOp& op; // of the trace that was run
    EngineOutput output;
    CheckResult check;
    double golden_s = 0; // host time of the expectation

    bool passed() const {
        return check.mismatches == 0 && output.hang.empty() &&
               check.outputs_checked == op.m() * op.n();
    }
};

} // namespace fp4::sim
