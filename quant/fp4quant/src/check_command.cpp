// fp4quant check: what is wrong or odd in a quantized checkpoint.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fp4/checkpoints/lint_checkpoint.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

struct CheckOptions {
    std::string model, json;
};

std::string json_text(const std::vector<checkpoints::Finding>& findings) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& finding : findings)
        list.push_back({{"severity", name_of(finding.severity)},
                        {"code", finding.code},
                        {"tensor", finding.tensor},
                        {"message", finding.message}});
    return list.dump(2) + "\n";
}

Outcome check(const CheckOptions& options) {
    FP4_TRY_ASSIGN(const auto findings, checkpoints::lint_checkpoint(options.model));
    const auto count = [&](checkpoints::Severity severity) {
        return std::ranges::count(findings, severity, &checkpoints::Finding::severity);
    };
    const auto errors = count(checkpoints::Severity::error);
    if (options.json == "-") {
        fmt::print("{}", json_text(findings));
    } else {
        for (const auto& finding : findings)
            fmt::print("{} [{}] {}\n", name_of(finding.severity), finding.code, finding.message);
        fmt::print("{}: {} errors, {} warnings, {} notes\n", options.model, errors,
                   count(checkpoints::Severity::warning), count(checkpoints::Severity::note));
        if (!options.json.empty())
            FP4_TRY(io::write_file_atomically(options.json, json_text(findings)));
    }
    return errors == 0 ? Verdict::pass : Verdict::differs;
}

} // namespace

void add_check_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<CheckOptions>();
    auto* command = app.add_subcommand(
        "check",
        "list what is wrong or odd in a quantized checkpoint; exit status 1 where it would "
        "be read wrongly or not at all, 2 where nothing can be said of it");
    command->add_option("model", options->model, "folder")->required();
    command->add_option("--json", options->json,
                        "file for the findings as JSON; - for standard output");
    command->callback([options, &run] { run = [options] { return check(*options); }; });
}

} // namespace fp4::quant
