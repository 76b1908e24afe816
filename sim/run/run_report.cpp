#include "run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "fp4/io/escape_xml.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4sim_version.hpp"

namespace fp4::sim {
namespace {

using io::escape_xml;
using json = nlohmann::ordered_json;

template <class Member>
auto total(const RunReport& report, Member member) {
    std::remove_cvref_t<decltype(std::invoke(member, report.ops.front()))> sum{};
    for (const auto& op : report.ops) sum += std::invoke(member, op);
    return sum;
}

double rate(uint64_t macs, double seconds) {
    return seconds > 0 ? static_cast<double>(macs) / seconds : 0;
}

} // namespace

std::vector<std::byte> output_bytes(const OpResult& op, OutputType type) {
    const auto size = static_cast<size_t>(spec_of(type).bytes);
    std::vector<std::byte> bytes(op.out.size() * size);
    for (size_t i = 0; i < op.out.size(); ++i) std::memcpy(&bytes[i * size], &op.out[i], size);
    return bytes;
}

bool RunReport::passed() const { return complete && std::ranges::all_of(ops, &OpResult::passed); }

std::string RunReport::outputs_sha256() const {
    io::Sha256 sha256;
    for (const auto& op : ops) sha256.update(output_bytes(op, out_type));
    return sha256.hex_digest();
}

std::string summary_table(const RunReport& report) {
    std::string out = fmt::format("trace {}  model {} layer {}  source: {}\nweights {}  "
                                  "activations {}  profile {}  engine {} against {}\n\n",
                                  report.trace, report.model, report.layer, report.source,
                                  report.weight_format, report.activation_format, report.profile,
                                  report.engine, report.checked_against);
    const auto row = [&](const auto&... cells) {
        out += fmt::format(
            "{:<8} {:>5} {:>6} {:>6} {:>13} {:>10} {:>6} {:>12} {:>9} {:>10} {:>9}\n", cells...);
    };
    row("op", "M", "N", "K", "MACs", "cycles", "util%", "bytes moved", "outputs", "mismatches",
        "MMAC/s");
    for (const auto& op : report.ops)
        row(op.name, op.m, op.n, op.k, op.macs(), op.cycles,
            fmt::format("{:.1f}", op.utilization * 100), op.bytes_read + op.bytes_written,
            op.outputs_checked, op.mismatches,
            fmt::format("{:.0f}", rate(op.macs(), op.wall_s) / 1e6));
    const uint64_t macs = total(report, &OpResult::macs);
    row("total", "", "", "", macs, total(report, &OpResult::cycles), "",
        total(report, &OpResult::bytes_read) + total(report, &OpResult::bytes_written),
        total(report, &OpResult::outputs_checked), total(report, &OpResult::mismatches),
        fmt::format("{:.0f}", rate(macs, total(report, &OpResult::wall_s)) / 1e6));
    out += fmt::format("\n{}: {} outputs checked bit for bit against {}, {} mismatches, {} MACs, "
                       "{:.1f} s ({} data)\n",
                       report.passed() ? "PASS" : "FAIL", total(report, &OpResult::outputs_checked),
                       report.checked_against, total(report, &OpResult::mismatches), macs,
                       report.wall_s, report.source);
    return out;
}

std::string stats_json(const RunReport& report) {
    json ops = json::array();
    for (const auto& op : report.ops) {
        json mismatches = json::array();
        for (const auto& mismatch : op.first_mismatches)
            mismatches.push_back({{"what", mismatch.what},
                                  {"tile", mismatch.tile},
                                  {"row_tile", mismatch.row_tile},
                                  {"col_tile", mismatch.col_tile},
                                  {"row", mismatch.row},
                                  {"col", mismatch.col},
                                  {"m", mismatch.m},
                                  {"n", mismatch.n},
                                  {"got", fmt::format("{:08x}", mismatch.got)},
                                  {"expected", fmt::format("{:08x}", mismatch.expected)}});
        ops.push_back({{"op", op.name},
                       {"result", op.passed() ? "pass" : "fail"},
                       {"m", op.m},
                       {"n", op.n},
                       {"k", op.k},
                       {"macs", op.macs()},
                       {"cycles", op.cycles},
                       {"utilization", op.utilization},
                       {"bytes_read", op.bytes_read},
                       {"bytes_written", op.bytes_written},
                       {"outputs_checked", op.outputs_checked},
                       {"mismatches", op.mismatches},
                       {"first_mismatches", mismatches},
                       {"hang", op.hang},
                       {"wall_s", op.wall_s},
                       {"golden_s", op.golden_s},
                       {"macs_per_s", rate(op.macs(), op.wall_s)}});
    }
    const uint64_t macs = total(report, &OpResult::macs);
    const double engine_s = total(report, &OpResult::wall_s);
    const json stats{{"result", report.passed() ? "pass" : "fail"},
                     {"trace", report.trace},
                     {"model", report.model},
                     {"layer", report.layer},
                     {"source", report.source},
                     {"source_sha256", report.source_sha256},
                     {"weight_format", report.weight_format},
                     {"activation_format", report.activation_format},
                     {"encoder", report.encoder},
                     {"tokens", report.tokens},
                     {"seed", report.seed},
                     {"c", report.c},
                     {"d_type", spec_of(report.out_type).name},
                     {"engine", report.engine},
                     {"checked_against", report.checked_against},
                     {"profile", report.profile},
                     {"config", report.hardware.name},
                     {"outputs_checked", total(report, &OpResult::outputs_checked)},
                     {"mismatches", total(report, &OpResult::mismatches)},
                     {"macs", macs},
                     {"cycles", total(report, &OpResult::cycles)},
                     {"bytes_read", total(report, &OpResult::bytes_read)},
                     {"bytes_written", total(report, &OpResult::bytes_written)},
                     {"wall_s", report.wall_s},
                     {"engine_s", engine_s},
                     {"macs_per_s", rate(macs, engine_s)},
                     {"outputs_sha256", report.outputs_sha256()},
                     {"version", FP4SIM_VERSION},
                     {"ops", ops}};
    return stats.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string junit_xml(const RunReport& report) {
    const auto failures =
        std::ranges::count_if(report.ops, [](const auto& op) { return !op.passed(); });
    std::string xml = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"simrun {} {} {}\" "
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{:.3f}\">\n",
        escape_xml(report.trace), report.profile, report.engine, report.ops.size(), failures,
        report.wall_s);
    for (const auto& op : report.ops) {
        xml += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                           escape_xml(report.trace), escape_xml(op.name), op.wall_s);
        if (op.passed()) {
            xml += "/>\n";
            continue;
        }
        xml += fmt::format(">\n    <failure message=\"{} of {} outputs differ\">", op.mismatches,
                           op.outputs_checked);
        for (const auto& mismatch : op.first_mismatches)
            xml += escape_xml(describe(mismatch, op.name, report.engine, report.out_type)) + "\n";
        xml += escape_xml(op.hang) + "</failure>\n  </testcase>\n";
    }
    return xml + "</testsuite>\n";
}

std::string config_yaml(const RunReport& report) {
    HardwareConfig hardware = report.hardware;
    hardware.profile = report.profile;
    return fmt::format("# simrun {}: {} (engine {}, seed {}); usable with --config\n",
                       FP4SIM_VERSION, report.trace, report.engine, report.seed) +
           to_yaml(hardware);
}

} // namespace fp4::sim
