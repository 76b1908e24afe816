#include "run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "fp4/io/escape_xml.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4sim_version.hpp"

namespace fp4::sim {

using io::escape_xml;

Totals totals(const RunReport& report) {
    Totals sum;
    for (const auto& [op, output, check, golden_s] : report.ops) {
        sum.macs += op.macs();
        sum.cycles += output.cycles;
        sum.bytes_read += output.bytes_read;
        sum.bytes_written += output.bytes_written;
        sum.outputs_checked += check.outputs_checked;
        sum.mismatches += check.mismatches;
        sum.engine_s += output.wall_s;
    }
    return sum;
}

double macs_per_s(uint64_t macs, double seconds) {
    return seconds > 0 ? static_cast<double>(macs) / seconds : 0;
}

std::vector<std::byte> output_bytes(const EngineOutput& output, OutputType type) {
    const auto size = static_cast<size_t>(spec_of(type).bytes);
    std::vector<std::byte> bytes(output.out.size() * size);
    for (size_t i = 0; i < output.out.size(); ++i)
        std::memcpy(&bytes[i * size], &output.out[i], size);
    return bytes;
}

bool RunReport::passed() const { return complete && std::ranges::all_of(ops, &OpResult::passed); }

std::string RunReport::outputs_sha256() const {
    io::Sha256 sha256;
    for (const auto& op : ops) sha256.update(output_bytes(op.output, options.out_type));
    return sha256.hex_digest();
}

std::string summary_table(const RunReport& report) {
    const traces::Trace& trace = report.trace;
    std::string out = fmt::format(
        "trace {}  model {} {} {}  source: {}\nweights {}  activations {}  profile {}  engine {} "
        "against {}\n\n",
        report.trace_name, trace.model, trace.layers.size() == 1 ? "layer" : "layers",
        fmt::join(trace.layers, ", "), name_of(trace.source),
        format_names(trace, &traces::TraceOp::b), format_names(trace, &traces::TraceOp::a),
        report.hardware.profile, report.options.engine, expectation_name);
    size_t name_width = 8;
    for (const auto& result : report.ops) name_width = std::max(name_width, result.op.name.size());
    const auto row = [&](std::string_view name, const auto&... cells) {
        out += fmt::format("{:<{}} ", name, name_width);
        out += fmt::format("{:>5} {:>6} {:>6} {:>13} {:>10} {:>6} {:>12} {:>9} {:>10} {:>9}\n",
                           cells...);
    };
    row("op", "M", "N", "K", "MACs", "cycles", "util%", "bytes moved", "outputs", "mismatches",
        "MMAC/s");
    const auto mmacs = [](uint64_t macs, double seconds) {
        return fmt::format("{:.0f}", macs_per_s(macs, seconds) / 1e6);
    };
    for (const auto& [op, output, check, golden_s] : report.ops)
        row(op.name, op.m(), op.n(), op.k(), op.macs(), output.cycles,
            fmt::format("{:.1f}", output.utilization * 100),
            output.bytes_read + output.bytes_written, check.outputs_checked, check.mismatches,
            mmacs(op.macs(), output.wall_s));
    const Totals sum = totals(report);
    row("total", "", "", "", sum.macs, sum.cycles, "", sum.bytes_read + sum.bytes_written,
        sum.outputs_checked, sum.mismatches, mmacs(sum.macs, sum.engine_s));
    out += fmt::format("\n{}: {} outputs checked bit for bit against {}, {} mismatches, {} MACs, "
                       "{:.1f} s ({} data)\n",
                       report.passed() ? "PASS" : "FAIL", sum.outputs_checked, expectation_name,
                       sum.mismatches, sum.macs, report.wall_s, name_of(trace.source));
    return out;
}

std::string junit_xml(const RunReport& report) {
    const auto failures =
        std::ranges::count_if(report.ops, [](const auto& op) { return !op.passed(); });
    std::string xml = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"simrun {} {} {}\" "
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{:.3f}\">\n",
        escape_xml(report.trace_name), report.hardware.profile, report.options.engine,
        report.ops.size(), failures, report.wall_s);
    for (const auto& result : report.ops) {
        xml += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                           escape_xml(report.trace_name), escape_xml(result.op.name),
                           result.output.wall_s);
        if (result.passed()) {
            xml += "/>\n";
            continue;
        }
        xml += fmt::format(">\n    <failure message=\"{} of {} outputs differ\">",
                           result.check.mismatches, result.check.outputs_checked);
        for (const auto& mismatch : result.check.first_mismatches)
            xml += escape_xml(describe(mismatch, result.op.name, report.options.engine,
                                       report.options.out_type)) +
                   "\n";
        xml += escape_xml(result.output.hang) + "</failure>\n  </testcase>\n";
    }
    return xml + "</testsuite>\n";
}

std::string config_yaml(const RunReport& report) {
    return fmt::format("# simrun {}: {} (engine {}, seed {}); usable with --config\n",
                       FP4SIM_VERSION, report.trace_name, report.options.engine,
                       report.trace.seed) +
           to_yaml(report.hardware);
}

} // namespace fp4::sim
