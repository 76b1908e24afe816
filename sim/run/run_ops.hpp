// A trace through an engine, op by op, each output compared with golden's reference path.
#pragma once
#include <functional>
#include <vector>

#include "c_input.hpp"
#include "op_result.hpp"

namespace fp4::sim {

struct RunJob {
    const traces::Trace& trace;
    const Arithmetic& arithmetic;
    OutputType out_type;
    CInput c;
    // Called now and then with the op, the MACs done of it and the host seconds of the engine so
    // far; may be empty.
    std::function<void(size_t op, uint64_t macs_done, double engine_s)> progress{};
    std::function<bool()> interrupted{}; // may be empty
};

// Readies the engine for the trace. Every op can be run and compared, known before any is; errors
// name the op.
Status prepare_ops(Engine& engine, const traces::Trace& trace, const Arithmetic& arithmetic);

// In trace order, of a trace that prepare_ops passed; it outlives the results. Ends with an op that
// hung, and before one that was interrupted. Errors: those of the engine, with the op's name.
Result<std::vector<OpResult>> run_ops(Engine& engine, const RunJob& job);

} // namespace fp4::sim
