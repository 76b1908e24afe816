// Engines without the simulated hardware: each op computed at once and compared with golden's
// reference path.
#pragma once
#include <functional>
#include <span>

#include "fp4/result.hpp"
#include "system.hpp"

namespace fp4::sim {

struct Computed {
    std::vector<Fp32> d;       // raw accumulators
    std::vector<uint32_t> out; // after the epilogue
};

// One op; c is empty or M * N.
using Compute = std::function<Result<Computed>(const traces::TraceOp& op, std::span<const Fp32> c)>;

// golden's fast path.
Compute golden_compute(const Arithmetic& arithmetic, OutputType out_type);

// kernels/ on the first GPU. Errors: there is none, or this program was built without CUDA.
Result<Compute> cuda_compute(const Arithmetic& arithmetic, OutputType out_type);

// Results in trace order, untimed (cycles 0). Stops early when job.interrupted().
Result<std::vector<OpResult>> run_untimed(const SystemJob& job, const Compute& compute);

} // namespace fp4::sim
