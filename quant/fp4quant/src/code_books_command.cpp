// fp4quant code-books: which two code books a bit of the scale byte should choose between.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "commands.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/quant/nmse/nmse_data.hpp"
#include "fp4/quant/report/code_books_page.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr uint64_t default_searched_values = uint64_t{1} << 15,
                   default_measured_values = uint64_t{1} << 20, max_values = uint64_t{1} << 26,
                   seed = 1;
// NVFP4's lane; binary64 counts what larger ones add up to, but nobody waits for them.
constexpr int default_largest_halves = 12, min_largest_halves = 7, max_largest_halves = 15;

struct CodeBooksOptions {
    int largest_halves = default_largest_halves;
    uint64_t searched_values = default_searched_values, measured_values = default_measured_values;
    size_t best = 20;
    std::string into;
    bool quiet = false;
};

std::string command_of(const CodeBooksOptions& options) {
    std::string out = "fp4quant code-books";
    if (options.largest_halves != default_largest_halves)
        out += fmt::format(" --largest-halves {}", options.largest_halves);
    if (options.searched_values != default_searched_values)
        out += fmt::format(" --searched-values {}", options.searched_values);
    if (options.measured_values != default_measured_values)
        out += fmt::format(" --values {}", options.measured_values);
    return out + fmt::format(" --best {}", options.best);
}

std::vector<CodeBookResult> with_progress(const std::vector<CodeBookPair>& pairs, uint64_t values,
                                          std::string_view what, bool quiet) {
    io::ProgressLine line(stderr, !quiet, io::ProgressLine::Elsewhere::nothing);
    auto out = search_code_books(
        pairs, seed, values, [&](size_t done) { line.show_share(what, done, 2 * pairs.size()); });
    line.clear();
    return out;
}

// The best of the search and the formats, each once.
std::vector<RankedPair> chosen_pairs(std::vector<CodeBookResult> searched, size_t best) {
    std::ranges::stable_sort(searched, {}, &CodeBookResult::mean);
    std::vector<RankedPair> out;
    for (size_t i = 0; i < std::min(best, searched.size()); ++i)
        out.push_back({.result = searched[i], .rank = i + 1});
    for (size_t i = 0; i < format_specs.size(); ++i) {
        const auto format = static_cast<Format>(i);
        if (!is_code_book_pair(format)) continue;
        const auto pair = code_books_of(format);
        auto at =
            std::ranges::find(out, pair, [](const RankedPair& each) { return each.result.pair; });
        if (at == out.end()) {
            const auto rank = std::ranges::find(searched, pair, &CodeBookResult::pair);
            at = out.insert(at, {.result = {.pair = pair}});
            if (rank != searched.end())
                at->rank = static_cast<uint64_t>(rank - searched.begin()) + 1;
        }
        at->name = format_specs[i].name;
    }
    return out;
}

Outcome search(const CodeBooksOptions& options) {
    for (const auto& [name, values] : {std::pair{"--searched-values", options.searched_values},
                                       std::pair{"--values", options.measured_values}})
        if (values % nmse_group != 0)
            return Error{
                ErrorCode::bad_argument,
                fmt::format("{}: expected a multiple of {}, found {}", name, nmse_group, values)};
    const auto pairs = code_book_pairs(options.largest_halves);
    CodeBookSearch out{.command = command_of(options),
                       .searched = pairs.size(),
                       .largest_halves = options.largest_halves,
                       .searched_values = options.searched_values,
                       .measured_values = options.measured_values,
                       .pairs = {}};
    out.pairs = chosen_pairs(
        with_progress(pairs, options.searched_values, "searched", options.quiet), options.best);
    std::vector<CodeBookPair> chosen;
    for (const RankedPair& each : out.pairs) chosen.push_back(each.result.pair);
    const auto measured = with_progress(chosen, options.measured_values, "measured", options.quiet);
    for (size_t i = 0; i < measured.size(); ++i) out.pairs[i].result = measured[i];
    std::ranges::stable_sort(out.pairs, {},
                             [](const RankedPair& each) { return each.result.mean(); });
    const auto page = code_books_page(out);
    if (!options.into.empty()) FP4_TRY(io::write_file_atomically(options.into, page));
    fmt::print("{}", page);
    return Verdict::pass;
}

} // namespace

void add_code_books_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<CodeBooksOptions>();
    auto* command = app.add_subcommand(
        "code-books", "what a block of 16 loses under any two code books between which a bit of "
                      "its scale byte chooses: all small pairs, the best of them, and the formats "
                      "that are such pairs; the same on every machine");
    command
        ->add_option("--largest-halves", options->largest_halves,
                     "largest magnitude, in halves; 12 is NVFP4's")
        ->check(CLI::Range(min_largest_halves, max_largest_halves));
    command
        ->add_option("--searched-values", options->searched_values,
                     fmt::format("numbers of each set that all pairs are compared on, a multiple "
                                 "of {}",
                                 nmse_group))
        ->check(CLI::Range(nmse_group, max_values));
    command
        ->add_option("--values", options->measured_values,
                     fmt::format("numbers of each set that the best pairs are measured on, a "
                                 "multiple of {}",
                                 nmse_group))
        ->check(CLI::Range(nmse_group, max_values));
    command->add_option("--best", options->best, "how many of them")->check(CLI::Range(1, 1000));
    command->add_option("--into", options->into, "file for the page, Markdown");
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &run] { run = [options] { return search(*options); }; });
}

} // namespace fp4::quant
