#include "reproducer.hpp"

#include <algorithm>

#include "fp4/traces/slice.hpp"

namespace fp4::sim {

std::optional<traces::Trace> reproducer(const RunReport& report) {
    const auto failed = std::ranges::find_if(
        report.ops, [](const OpResult& result) { return !result.check.first_mismatches.empty(); });
    if (!report.array || failed == report.ops.end()) return std::nullopt;
    const Mismatch& mismatch = failed->check.first_mismatches.front();
    const traces::TraceOp& op = failed->op;
    const uint64_t rows = report.array->rows, cols = report.array->cols;
    traces::TraceOp tile = traces::slice_op(op, {mismatch.row_tile * rows, rows},
                                            {mismatch.col_tile * cols, cols}, report.c.of(op));
    const traces::Trace& whole = report.trace;
    return traces::Trace{.model = whole.model,
                         .layers = whole.layers,
                         .source = whole.source,
                         .source_sha256 = whole.source_sha256,
                         .encoder = whole.encoder,
                         .tokens = tile.m(),
                         .seed = whole.seed,
                         .other_metadata = whole.other_metadata,
                         .ops = {std::move(tile)}};
}

} // namespace fp4::sim
