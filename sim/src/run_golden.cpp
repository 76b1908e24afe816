#include "run_golden.hpp"

#include <chrono>

#include "fp4/gemm.hpp"

namespace fp4::sim {

std::vector<OpResult> run_golden(const SystemJob& job) {
    using clock = std::chrono::steady_clock;
    const auto seconds_since = [](clock::time_point start) { return std::chrono::duration<double>(clock::now() - start).count(); };
    std::vector<OpResult> results;
    for (size_t i = 0; i < job.trace.ops.size() && !job.interrupted(); ++i) {
        const traces::TraceOp& op = job.trace.ops[i];
        const std::vector<Fp32> c = job.c_of(op);
        OpResult result{.name = op.name, .m = op.m(), .n = op.n(), .k = op.k()};

        auto started = clock::now();
        auto fast = gemm_fast(op.a, op.b, c, job.arithmetic);
        result.wall_s = seconds_since(started);
        started = clock::now();
        const auto reference = gemm_reference(op.a, op.b, c, job.arithmetic);
        result.golden_s = seconds_since(started);

        // One tile as large as the output: rows and columns are those of the matrix.
        const TileGrid whole{op.m(), op.n(), {static_cast<uint32_t>(op.m()), static_cast<uint32_t>(op.n())}};
        Checker checker;
        result.out.resize(reference->size());
        for (size_t at = 0; at < result.out.size(); ++at) result.out[at] = epilogue((*fast)[at], op.a.tensor_scale, op.b.tensor_scale, job.out_type);
        checker.start(whole, *reference, {});
        for (uint32_t m = 0; m < op.m(); ++m)
            for (uint32_t n = 0; n < op.n(); ++n) checker.check_d(0, m, n, (*fast)[m * op.n() + n].bits);
        if (job.check_trace_d) checker.check_trace_d(*fast, op.d);
        result.outputs_checked = checker.outputs_checked();
        result.mismatches = checker.mismatches();
        result.first_mismatches = checker.first_mismatches();
        result.d = std::move(*fast);
        if (job.progress) job.progress(i, result.macs(), result.wall_s);
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace fp4::sim
