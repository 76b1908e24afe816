#include "simrun.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine_table.hpp"
#include "find_config.hpp"
#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/traces/recipe.hpp"
#include "fp4/try.hpp"
#include "interrupt.hpp"
#include "load_trace.hpp"
#include "run_ops.hpp"
#include "stopwatch.hpp"
#include "waveform_window.hpp"
#include "write_results.hpp"

namespace fp4::sim {
namespace {

Status list_traces(const ProgramFiles& files) {
    FP4_TRY_ASSIGN(const auto recipes, traces::list_recipes(files.recipes));
    for (const auto& recipe : recipes) {
        auto source = traces::Source::synthetic;
        if (!recipe.checkpoint.empty()) {
            FP4_TRY_ASSIGN(const auto layout,
                           checkpoints::folder_layout(files.models / recipe.checkpoint));
            source = layout == checkpoints::Layout::plain ? traces::Source::checkpoint
                                                          : traces::Source::packed_checkpoint;
        }
        fmt::print("{}  {} ({} tokens, {})\n", recipe.name, recipe.description, recipe.tokens,
                   traces::name_of(source));
    }
    return Done{};
}

Result<std::unique_ptr<Engine>> make_engine(const Options& options, const ProgramFiles& files,
                                            const HardwareConfig& config) {
    const EngineRow& row = *engine_row(options.engine);
    EngineSetup setup{.hardware = config,
                      .arithmetic = *arithmetic_from_name(config.profile),
                      .out_type = options.out_type,
                      .core_folder = files.cores};
    if (!options.core_folder.empty()) setup.core_folder = options.core_folder;
    if (!options.fst.empty()) {
        if (!row.records_waveforms)
            return Error{ErrorCode::bad_argument,
                         fmt::format("--fst: engine {} has no waveform to record", row.name)};
        FP4_TRY_ASSIGN(auto window, parse_waveform_window(options.fst_window));
        setup.waveform = {options.fst, std::move(window)};
    }
    return row.make(setup);
}

// The trace of the run, of which every op can be run; saved where that is asked for.
Result<NamedTrace> prepare_trace(const Options& options, const ProgramFiles& files, Engine& engine,
                                 const Arithmetic& arithmetic, io::ProgressLine& progress) {
    FP4_TRY_ASSIGN(auto named,
                   load_trace(options, files, [&](std::string_view op, size_t index, size_t count) {
                       progress.show(fmt::format("quantizing {} ({}/{})", op, index + 1, count));
                   }));
    FP4_TRY(prepare_ops(engine, named.trace, arithmetic));
    if (!options.fst.empty()) {
        FP4_TRY_ASSIGN(const auto window, parse_waveform_window(options.fst_window));
        FP4_TRY(check_waveform_window(window, options.fst_window, named.trace, engine));
    }
    if (!options.save_trace.empty()) {
        const InterruptsHeld held;
        FP4_TRY(traces::write_trace(options.save_trace, named.trace));
    }
    return named;
}

Result<std::vector<OpResult>> run_trace(Engine& engine, const RunJob& job) {
    FP4_TRY_ASSIGN(auto results, run_ops(engine, job));
    if (!interrupted()) {
        const InterruptsHeld held;
        FP4_TRY(engine.finish());
    }
    return results;
}

void print_mismatches(const RunReport& report) {
    for (const OpResult& result : report.ops) {
        for (const Mismatch& mismatch : result.check.first_mismatches)
            fmt::print(
                stderr, "mismatch: {}\n",
                describe(mismatch, result.op.name, report.options.engine, report.options.out_type));
        if (!result.output.hang.empty()) fmt::print(stderr, "mismatch: {}\n", result.output.hang);
    }
}

} // namespace

Result<ExitStatus> simrun(const Options& options) {
    const Stopwatch watch;
    FP4_TRY_ASSIGN(const auto files, ProgramFiles::locate());
    if (options.list_traces) {
        FP4_TRY(list_traces(files));
        return exit_pass;
    }
    FP4_TRY_ASSIGN(const auto config, find_config(options, files));
    const Arithmetic& arithmetic = *arithmetic_from_name(config.profile);
    FP4_TRY_ASSIGN(const auto engine, make_engine(options, files, config));
    FP4_TRY(check_result_folders(options));

    io::ProgressLine progress(stderr, !options.quiet, io::ProgressLine::Elsewhere::nothing);
    FP4_TRY_ASSIGN(const auto named, prepare_trace(options, files, *engine, arithmetic, progress));
    const traces::Trace& trace = named.trace;
    std::vector<uint64_t> macs_before{0};
    for (const auto& op : trace.ops) macs_before.push_back(macs_before.back() + op.macs());
    const CInput c(options.c, options.seed.value_or(trace.seed));
    const RunJob job{.trace = trace,
                     .arithmetic = arithmetic,
                     .out_type = options.out_type,
                     .c = c,
                     .progress =
                         [&](size_t i, uint64_t macs_done, double engine_s) {
                             const uint64_t done =
                                 std::min(macs_before[i] + macs_done, macs_before.back());
                             const double rate =
                                 engine_s > 0 ? static_cast<double>(done) / 1e6 / engine_s : 0;
                             progress.show_share(trace.ops[i].name, done, macs_before.back(),
                                                 fmt::format("{:.0f} MMAC/s", rate));
                         },
                     .interrupted = interrupted};
    progress.restart();
    FP4_TRY_ASSIGN(auto results, run_trace(*engine, job));
    progress.clear();
    if (interrupted()) {
        fmt::print(stderr, "simrun: interrupted; no results were written\n");
        return exit_interrupted;
    }
    const bool complete = results.size() == trace.ops.size();
    const RunReport report{.trace_name = named.name,
                           .trace = trace,
                           .options = options,
                           .hardware = config,
                           .c = c,
                           .array = engine->array(),
                           .ops = std::move(results),
                           .wall_s = watch.seconds(),
                           .complete = complete};
    FP4_TRY(write_results(report));
    if (!options.quiet) fmt::print("{}", summary_table(report));
    print_mismatches(report);
    return report.passed() ? exit_pass : exit_mismatch;
}

} // namespace fp4::sim
