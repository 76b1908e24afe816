// fp4quant nmse: what every encoder loses on synthetic numbers.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/quant/report/nmse_table.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t default_seed = 1, default_values = uint64_t{1} << 20,
                   max_seed = (uint64_t{1} << 32) - 1, max_file_bytes = uint64_t{1} << 20;

struct NmseOptions {
    std::vector<std::string> only;
    std::string into;
    uint64_t seed = default_seed, values = default_values;
    int threads = default_threads();
    bool quiet = false;
};

bool matches(const NmsePair& pair, const std::string& pattern) {
    return pattern == spec_of(pair.format).name || pattern == pair_name(pair);
}

Result<std::vector<NmsePair>> select_pairs(const std::vector<std::string>& only) {
    auto pairs = nmse_pairs();
    for (const auto& pattern : only)
        if (std::ranges::none_of(pairs, [&](const auto& pair) { return matches(pair, pattern); }))
            return Error{ErrorCode::unknown_name,
                         fmt::format("--only: expected FORMAT[/ENCODER] of a format and an encoder "
                                     "that makes it, such as {}, found {}",
                                     pair_name(pairs.front()), pattern)};
    std::erase_if(pairs, [&](const NmsePair& pair) {
        return !only.empty() && std::ranges::none_of(only, [&](const auto& pattern) {
            return matches(pair, pattern);
        });
    });
    return pairs;
}

// The command that makes a whole table: which pairs and how many threads do not matter.
std::string whole_command(const NmseOptions& options) {
    std::string out = "fp4quant nmse";
    if (options.seed != default_seed) out += fmt::format(" --seed {}", options.seed);
    if (options.values != default_values) out += fmt::format(" --values {}", options.values);
    return out;
}

// What the rows go into: the table of a file, or `empty` where there is none yet. An error where
// the file's rows are of other numbers.
Result<NmseTable> table_before(const std::string& file, const NmseTable& empty) {
    if (file.empty() || !std::filesystem::exists(file)) return empty;
    FP4_TRY_ASSIGN(const auto text, io::read_text_file(file, max_file_bytes));
    FP4_TRY_ASSIGN(auto table, parse_nmse_json(text, file));
    if (const auto status = merge_nmse(table, empty); !status)
        return Error{status.error().code, file + ": " + status.error().message};
    return table;
}

Outcome measure(const NmseOptions& options) {
    FP4_TRY_ASSIGN(const auto pairs, select_pairs(options.only));
    if (options.values % nmse_row != 0)
        return Error{
            ErrorCode::bad_argument,
            fmt::format("--values: expected a multiple of {}, found {}", nmse_row, options.values)};
    NmseTable made{whole_command(options), options.seed, options.values, {}};
    FP4_TRY_ASSIGN(auto whole, table_before(options.into, made));
    const NmseData data(options.seed, options.values);
    io::ProgressLine progress(stderr, !options.quiet, io::ProgressLine::Elsewhere::nothing);
    for (const NmsePair& pair : pairs) {
        progress.show_share(pair_name(pair), made.rows.size(), pairs.size());
        FP4_TRY_ASSIGN(const auto figures,
                       measure_nmse(pair, data, static_cast<unsigned>(options.threads)));
        made.rows.push_back({pair, figures});
    }
    progress.clear();
    FP4_TRY(merge_nmse(whole, made));
    FP4_TRY_ASSIGN(const auto json, nmse_json(whole));
    if (!options.into.empty()) FP4_TRY(io::write_file_atomically(options.into, json));
    fmt::print("{}", nmse_text(made.rows));
    return Verdict::pass;
}

} // namespace

void add_nmse_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<NmseOptions>();
    auto* command = app.add_subcommand(
        "nmse", "what every encoder loses on synthetic numbers: mean squared error over mean "
                "square on normal numbers, Student's t, outlier channels and spread amplitudes; "
                "the same on every machine");
    command->add_option("--only", options->only,
                        "formats, or formats and encoders, to measure: FORMAT[/ENCODER]; may be "
                        "repeated");
    command->add_option("--into", options->into,
                        "file for the rows as JSON; rows that it has of other encoders stay");
    command
        ->add_option("--values", options->values,
                     fmt::format("numbers of each set, a multiple of {}", nmse_row))
        ->check(CLI::Range(nmse_row, uint64_t{1} << 26));
    command->add_option("--seed", options->seed, "of the numbers")
        ->check(CLI::Range(uint64_t{0}, max_seed)); // a negative number wraps round beyond it
    command
        ->add_option("--threads", options->threads, "CPU threads; the figures do not depend on it")
        ->check(CLI::Range(1, 1024));
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &run] { run = [options] { return measure(*options); }; });
}

} // namespace fp4::quant
