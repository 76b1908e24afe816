#include "run_untimed.hpp"

#include <chrono>

#include "fp4/gemm.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {

Compute golden_compute(const Arithmetic& arithmetic, OutputType out_type) {
    return [&arithmetic, out_type](const traces::TraceOp& op,
                                   std::span<const Fp32> c) -> Result<Computed> {
        FP4_TRY_ASSIGN(auto d, gemm_fast(op.a, op.b, c, arithmetic));
        Computed out{std::move(d), {}};
        for (const Fp32 each : out.d)
            out.out.push_back(epilogue(each, op.a.tensor_scale, op.b.tensor_scale, out_type));
        return out;
    };
}

Result<std::vector<OpResult>> run_untimed(const SystemJob& job, const Compute& compute) {
    using clock = std::chrono::steady_clock;
    const auto seconds_since = [](clock::time_point start) {
        return std::chrono::duration<double>(clock::now() - start).count();
    };
    std::vector<OpResult> results;
    for (size_t i = 0; i < job.trace.ops.size() && !job.interrupted(); ++i) {
        const traces::TraceOp& op = job.trace.ops[i];
        const std::vector<Fp32> c = job.c_of(op);
        OpResult result{.name = op.name, .m = op.m(), .n = op.n(), .k = op.k()};

        auto started = clock::now();
        auto computed = compute(op, c);
        if (!computed)
            return Error{computed.error().code, "op " + op.name + ": " + computed.error().message};
        result.wall_s = seconds_since(started);
        started = clock::now();
        FP4_TRY_ASSIGN(auto reference, gemm_reference(op.a, op.b, c, job.arithmetic));
        std::vector<uint32_t> expected_out;
        for (const Fp32 d : reference)
            expected_out.push_back(epilogue(d, op.a.tensor_scale, op.b.tensor_scale, job.out_type));
        result.golden_s = seconds_since(started);

        // One tile as large as the output: rows and columns are those of the matrix.
        const TileGrid whole{
            op.m(), op.n(), {static_cast<uint32_t>(op.m()), static_cast<uint32_t>(op.n())}};
        Checker checker;
        checker.start(whole, std::move(reference), std::move(expected_out));
        for (uint32_t m = 0; m < op.m(); ++m)
            for (uint32_t n = 0; n < op.n(); ++n)
                checker.check_d(0, m, n, computed->d[m * op.n() + n].bits);
        checker.check_out(computed->out);
        if (job.check_trace_d) checker.check_trace_d(computed->d, op.d);
        result.outputs_checked = checker.outputs_checked();
        result.mismatches = checker.mismatches();
        result.first_mismatches = checker.first_mismatches();
        result.d = std::move(computed->d);
        result.out = std::move(computed->out);
        if (job.progress) job.progress(i, result.macs(), result.wall_s);
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace fp4::sim
