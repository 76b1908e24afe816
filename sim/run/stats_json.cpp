#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "fp4sim_version.hpp"
#include "run_report.hpp"

namespace fp4::sim {
namespace {

using json = nlohmann::ordered_json;

json mismatch_json(const Mismatch& mismatch) {
    return {{"what", mismatch.what},
            {"tile", mismatch.tile},
            {"row_tile", mismatch.row_tile},
            {"col_tile", mismatch.col_tile},
            {"row", mismatch.row},
            {"col", mismatch.col},
            {"m", mismatch.m},
            {"n", mismatch.n},
            {"got", fmt::format("{:08x}", mismatch.got)},
            {"expected", fmt::format("{:08x}", mismatch.expected)}};
}

json op_json(const OpResult& result) {
    const auto& [op, output, check, golden_s] = result;
    json mismatches = json::array();
    for (const Mismatch& mismatch : check.first_mismatches)
        mismatches.push_back(mismatch_json(mismatch));
    return {{"op", op.name},
            {"result", result.passed() ? "pass" : "fail"},
            {"m", op.m()},
            {"n", op.n()},
            {"k", op.k()},
            {"macs", op.macs()},
            {"cycles", output.cycles},
            {"utilization", output.utilization},
            {"bytes_read", output.bytes_read},
            {"bytes_written", output.bytes_written},
            {"outputs_checked", check.outputs_checked},
            {"mismatches", check.mismatches},
            {"first_mismatches", mismatches},
            {"hang", output.hang},
            {"wall_s", output.wall_s},
            {"golden_s", golden_s},
            {"macs_per_s", macs_per_s(op.macs(), output.wall_s)}};
}

} // namespace

std::string stats_json(const RunReport& report) {
    const traces::Trace& trace = report.trace;
    json ops = json::array();
    for (const OpResult& result : report.ops) ops.push_back(op_json(result));
    const Totals sum = totals(report);
    const json stats{{"result", report.passed() ? "pass" : "fail"},
                     {"trace", report.trace_name},
                     {"model", trace.model},
                     {"layers", trace.layers},
                     {"source", name_of(trace.source)},
                     {"source_sha256", trace.source_sha256},
                     {"weight_format", format_names(trace, &traces::TraceOp::b)},
                     {"activation_format", format_names(trace, &traces::TraceOp::a)},
                     {"encoder", trace.encoder},
                     {"tokens", trace.tokens},
                     {"seed", trace.seed},
                     {"c", report.c.name()},
                     {"d_type", spec_of(report.options.out_type).name},
                     {"engine", report.options.engine},
                     {"checked_against", expectation_name},
                     {"profile", report.hardware.profile},
                     {"config", report.hardware.name},
                     {"outputs_checked", sum.outputs_checked},
                     {"mismatches", sum.mismatches},
                     {"macs", sum.macs},
                     {"cycles", sum.cycles},
                     {"bytes_read", sum.bytes_read},
                     {"bytes_written", sum.bytes_written},
                     {"wall_s", report.wall_s},
                     {"engine_s", sum.engine_s},
                     {"macs_per_s", macs_per_s(sum.macs, sum.engine_s)},
                     {"outputs_sha256", report.outputs_sha256()},
                     {"version", FP4SIM_VERSION},
                     {"ops", ops}};
    return stats.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace fp4::sim
