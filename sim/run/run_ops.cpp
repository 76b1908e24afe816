#include "run_ops.hpp"

#include <fmt/format.h>

#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"
#include "stopwatch.hpp"

namespace fp4::sim {
namespace {

Error in_op(const traces::TraceOp& op, const Error& error) {
    return {error.code, fmt::format("op {}: {}", op.name, error.message)};
}

} // namespace

Status prepare_ops(Engine& engine, const traces::Trace& trace, const Arithmetic& arithmetic) {
    for (const traces::TraceOp& op : trace.ops)
        if (const auto status = check_gemm(op.a, op.b, op.c, arithmetic); !status)
            return in_op(op, status.error());
    FP4_TRY(engine.prepare(trace.ops));
    for (const traces::TraceOp& op : trace.ops) FP4_TRY(engine.check(op));
    return Done{};
}

Result<std::vector<OpResult>> run_ops(Engine& engine, const RunJob& job) {
    const auto interrupted = [&] { return job.interrupted && job.interrupted(); };
    const std::vector<Fp32> no_d;
    std::vector<OpResult> results;
    double engine_s = 0;
    for (size_t i = 0; i < job.trace.ops.size() && !interrupted(); ++i) {
        const traces::TraceOp& op = job.trace.ops[i];
        const std::vector<Fp32> c = job.c.of(op);
        const auto progress = [&](uint64_t macs_done, double wall_s) {
            if (job.progress) job.progress(i, macs_done, engine_s + wall_s);
        };
        auto output = engine.run(op, c, {progress, job.interrupted});
        if (!output) return in_op(op, output.error());
        if (interrupted()) break;
        progress(op.macs(), output->wall_s);
        engine_s += output->wall_s;

        const Stopwatch watch;
        const auto expected = expect(op, c, job.arithmetic, job.out_type);
        if (!expected) return in_op(op, expected.error());
        const double golden_s = watch.seconds();
        auto check =
            check_output(*output, *expected, job.c.is_trace() ? op.d : no_d, engine.grid(op));
        if (!check) return in_op(op, check.error());
        results.push_back({op, *std::move(output), *std::move(check), golden_s});
        if (!results.back().output.hang.empty()) break;
    }
    return results;
}

} // namespace fp4::sim
