#include "results.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace fp4::kernels::bench {
namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* text, ...) {
    char out[512];
    va_list values;
    va_start(values, text);
    std::vsnprintf(out, sizeof out, text, values);
    va_end(values);
    return out;
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return out + "\"";
}

} // namespace

const Timing& Results::add(Measurement measurement) {
    return measurements.emplace_back(std::move(measurement)).timing;
}

void Results::goal(const Goal& goal) {
    const auto same = std::ranges::find(goals, goal.name, &Goal::name);
    if (same == goals.end()) {
        goals.push_back(goal);
    } else if (goal.at_most ? goal.measured > same->measured : goal.measured < same->measured) {
        *same = goal;
    }
}

std::string table_of(const Results& results) {
    std::string out = results.gpu + "\n" + results.machine + "\n\n";
    out += format("%-12s %-24s %-22s %10s %22s %9s %8s %8s\n", "what", "", "shape", "us",
                  "10 % to 90 %", "least us", "of copy", "TMAC/s");
    for (const Measurement& each : results.measurements) {
        const double least = each.bytes / results.copy_bytes_per_us;
        out += format(
            "%-12s %-24s %-22s %10.2f %10.2f -%10.2f %9.2f %8.2f %8s\n", each.name.c_str(),
            each.what.c_str(), each.shape.c_str(), each.timing.median_us, each.timing.low_us,
            each.timing.high_us, least, least / each.timing.median_us,
            each.macs > 0 ? format("%.1f", each.macs / each.timing.median_us * 1e-6).c_str() : "");
    }
    out += format("\n%-52s %-24s %9s %9s %9s\n", "goal", "worst at", "measured", "gate", "stretch");
    for (const Goal& each : results.goals)
        out += format("%-52s %-24s %9.3f %s%8.3f %9.3f  %s\n", each.name.c_str(), each.at.c_str(),
                      each.measured, each.at_most ? "<" : ">", each.gate, each.stretch,
                      each.held() ? "held" : "missed");
    for (const std::string& each : results.wrong) out += "WRONG: " + each + "\n";
    return out;
}

std::string json_of(const Results& results) {
    std::string out = "{\n \"fp4sim.kernelbench\": 1,\n \"gpu\": " + quoted(results.gpu) +
                      ",\n \"machine\": " + quoted(results.machine) +
                      ",\n \"complete\": " + (results.complete ? "true" : "false") + ",\n";
    out += format(" \"copy_bytes_per_us\": %.1f,\n \"measurements\": [", results.copy_bytes_per_us);
    for (const Measurement& each : results.measurements)
        out += (&each == results.measurements.data() ? "\n" : ",\n") +
               ("  {\"name\": " + quoted(each.name)) + ", \"what\": " + quoted(each.what) +
               ", \"shape\": " + quoted(each.shape) +
               format(", \"us\": %.4f, \"us_low\": %.4f, \"us_high\": %.4f, \"replays\": %d, "
                      "\"bytes\": %.0f, \"macs\": %.0f}",
                      each.timing.median_us, each.timing.low_us, each.timing.high_us,
                      each.timing.replays, each.bytes, each.macs);
    out += "\n ],\n \"goals\": [";
    for (const Goal& each : results.goals)
        out += (&each == results.goals.data() ? "\n" : ",\n") +
               ("  {\"goal\": " + quoted(each.name)) + ", \"worst_at\": " + quoted(each.at) +
               format(", \"measured\": %.5f, \"gate\": %.3f, \"stretch\": %.3f, \"at_most\": %s, "
                      "\"held\": %s}",
                      each.measured, each.gate, each.stretch, each.at_most ? "true" : "false",
                      each.held() ? "true" : "false");
    out += "\n ],\n \"wrong\": [";
    for (const std::string& each : results.wrong)
        out += (&each == results.wrong.data() ? "\n  " : ",\n  ") + quoted(each);
    return out + "\n ]\n}\n";
}

} // namespace fp4::kernels::bench
