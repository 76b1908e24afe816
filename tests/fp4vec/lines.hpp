// Vector lines made, changed and checked without a process.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "checker.hpp"
#include "generator.hpp"
#include "line_splitter.hpp"

namespace fp4::vec::test {

struct CheckResult {
    uint64_t passed = 0, failed = 0;
    std::string reports;
    std::string error; // empty: none
};

inline CheckResult check_text(const VectorConfig& config, std::string_view text,
                              const std::set<std::string>& given = {}, uint64_t reports = 20) {
    Checker checker(config, given, reports);
    CheckResult result;
    const auto keep = [&](const Result<std::string>& report) -> Status {
        if (!report) return report.error();
        result.reports += *report;
        return Done{};
    };
    LineSplitter splitter;
    const auto on_line = [&](std::string_view line) { return keep(checker.line(line)); };
    auto status = splitter.push(text, on_line);
    if (status) status = splitter.finish(on_line);
    if (status) status = keep(checker.finish());
    if (!status) result.error = status.error().message;
    result.passed = checker.passed();
    result.failed = checker.failed();
    return result;
}

inline VectorConfig config_of(Op op, std::string_view formats, Level level = Level::edges) {
    VectorConfig config = default_config(op);
    config.level = level;
    EXPECT_TRUE(set_formats(config, formats));
    EXPECT_TRUE(settle(config, false));
    return config;
}

// A whole file of `cases` lines, or a complete one.
inline std::string file_of(const VectorConfig& config, std::optional<uint64_t> cases = {}) {
    const uint64_t count = cases.value_or(Generator::complete(config));
    const Generator generator(config, count);
    std::string text = header_text(config, count);
    for (uint64_t i = 0; i < count; ++i) {
        const auto line = generator.line(i, Style::text);
        EXPECT_TRUE(line) << (line ? "" : line.error().message);
        if (line) text += *line;
    }
    return text;
}

// Formats that an op works on: all that one operand has, mixed ones where there are two.
inline std::vector<std::string> formats_of(Op op) {
    std::vector<std::string> names;
    for (size_t i = 0; i < format_specs.size(); ++i)
        if (op != Op::encode || default_encoder(static_cast<Format>(i)))
            names.emplace_back(format_specs[i].name);
    if (spec_of(op).accumulates)
        names.insert(names.end(), {"razer", "razer-w:nvfp4", "nvfp4:rzr4"});
    return names;
}

inline std::vector<Op> ops() {
    std::vector<Op> result;
    for (size_t i = 0; i < all_ops().size(); ++i) result.push_back(static_cast<Op>(i));
    return result;
}

} // namespace fp4::vec::test
