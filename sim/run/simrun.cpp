#include "simrun.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "core_loader.hpp"
#include "dump_ops.hpp"
#include "fp4/gemm.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/progress_line.hpp"
#include "fp4/traces/recipe.hpp"
#include "fp4/traces/slice.hpp"
#include "fp4/traces/synthetic.hpp"
#include "fp4/try.hpp"
#include "interrupt.hpp"
#include "load_trace.hpp"
#include "run_directory.hpp"
#include "run_report.hpp"
#include "run_untimed.hpp"
#include "system.hpp"
#include "waveform_file.hpp"

namespace fp4::sim {
namespace {

constexpr const char* stats_file = "stats.json";
constexpr const char* outputs_file = "outputs.safetensors";
constexpr const char* reproducer_file = "mismatch.safetensors";

Result<HardwareConfig> load_config(const Options& options, const ProgramFiles& files) {
    std::filesystem::path path = options.config;
    if (options.config.find('/') == std::string::npos && !options.config.ends_with(".yaml")) {
        path = files.configs / (options.config + ".yaml");
        std::error_code error;
        if (!std::filesystem::exists(path, error)) {
            std::vector<std::string> known;
            for (const auto& entry : std::filesystem::directory_iterator(files.configs, error))
                known.push_back(entry.path().stem().string());
            std::ranges::sort(known);
            return Error{
                ErrorCode::unknown_name,
                fmt::format("--config: no configuration called {}; known: {} (or a YAML file)",
                            options.config, fmt::join(known, ", "))};
        }
    }
    auto config = read_hardware_config(path);
    if (config && !options.profile.empty()) config->profile = options.profile;
    return config;
}

Status list_traces(const ProgramFiles& files) {
    FP4_TRY_ASSIGN(const auto recipes, traces::list_recipes(files.recipes));
    for (const auto& recipe : recipes)
        fmt::print("{}  {} ({} tokens, {})\n", recipe.name, recipe.description, recipe.tokens,
                   recipe.checkpoint.empty() ? traces::name_of(traces::Source::synthetic)
                                             : traces::name_of(traces::Source::checkpoint));
    return Done{};
}

// OP:TILE:CYCLES, checked against the trace.
Result<std::optional<WaveformWindow>>
parse_window(const Options& options, const HardwareConfig& config, const traces::Trace& trace) {
    if (options.fst.empty()) return std::optional<WaveformWindow>{};
    WaveformWindow window{options.fst, trace.ops.front().name, 0, 1000};
    const std::string& text = options.fst_window;
    if (!text.empty()) {
        const auto bad = [&](const std::string& what) {
            return Error{
                ErrorCode::bad_argument,
                fmt::format("--fst-window: expected OP:TILE:CYCLES{}, found {}", what, text)};
        };
        const size_t first = text.find(':'), second = text.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) return bad("");
        const auto number = [&](size_t begin, size_t end, auto& value) {
            const auto [stop, code] =
                std::from_chars(text.data() + begin, text.data() + end, value);
            return code == std::errc{} && stop == text.data() + end && begin < end;
        };
        window.op = text.substr(0, first);
        if (!number(first + 1, second, window.tile) ||
            !number(second + 1, text.size(), window.cycles) || window.cycles == 0)
            return bad(" with numbers, at least one cycle");
        const auto op = std::ranges::find(trace.ops, window.op, &traces::TraceOp::name);
        if (op == trace.ops.end()) return bad(fmt::format(" with an op of the run"));
        const uint32_t tiles =
            TileGrid{op->m(), op->n(), {config.array_rows, config.array_cols}}.tiles();
        if (window.tile >= tiles) return bad(fmt::format(" with a tile from 0 to {}", tiles - 1));
    }
    return std::optional(window);
}

Status dump_outputs(const std::filesystem::path& path, const RunReport& report) {
    std::vector<std::vector<std::byte>> out(report.ops.size());
    std::vector<io::TensorData> tensors;
    const std::array types{io::Dtype::f32, io::Dtype::bf16, io::Dtype::f16};
    for (size_t i = 0; i < report.ops.size(); ++i) {
        const OpResult& op = report.ops[i];
        out[i] = output_bytes(op, report.out_type);
        tensors.push_back(
            {op.name + ".d", io::Dtype::f32, {op.m, op.n}, std::as_bytes(std::span(op.d))});
        tensors.push_back(
            {op.name + ".out", types[static_cast<size_t>(report.out_type)], {op.m, op.n}, out[i]});
    }
    return io::write_safetensors(path,
                                 {{"fp4sim.outputs", "1"},
                                  {"trace", report.trace},
                                  {"source", report.source},
                                  {"profile", report.profile}},
                                 tensors);
}

// The tile of the first mismatch as a trace of its own, with the C it was run with.
Status write_reproducer(const std::filesystem::path& path, const RunReport& report,
                        const SystemJob& job) {
    const auto failed = std::ranges::find_if(
        report.ops, [](const OpResult& op) { return !op.first_mismatches.empty(); });
    if (failed == report.ops.end()) return Done{};
    const traces::TraceOp& op =
        *std::ranges::find(job.trace.ops, failed->name, &traces::TraceOp::name);
    const Mismatch& mismatch = failed->first_mismatches.front();
    traces::Trace one_tile = job.trace;
    const uint64_t rows = report.hardware.array_rows, cols = report.hardware.array_cols;
    one_tile.ops = {traces::slice_op(op, {mismatch.row_tile * rows, rows},
                                     {mismatch.col_tile * cols, cols}, job.c_of(op))};
    one_tile.tokens = one_tile.ops.front().m();
    return traces::write_trace(path, one_tile);
}

Status write_results(const Options& options, const RunReport& report, const SystemJob& job) {
    const InterruptsHeld held; // what is begun here is finished
    if (!options.out.empty()) {
        FP4_TRY_ASSIGN(auto status,
                       write_run_directory(
                           options.out, stats_file, options.force,
                           [&](const std::filesystem::path& folder) -> Status {
                               if (options.engine == Engine::rtl)
                                   FP4_TRY(write_reproducer(folder / reproducer_file, report, job));
                               for (const auto& [name, text] :
                                    {std::pair{"config.yaml", config_yaml(report)},
                                     {"junit.xml", junit_xml(report)},
                                     {stats_file, stats_json(report)}})
                                   FP4_TRY(io::write_file_atomically(folder / name, text));
                               return Done{};
                           }));
    }
    if (!options.dump_outputs.empty() && report.complete) {
        const auto fill = [&](const std::filesystem::path& folder) {
            return dump_outputs(folder / outputs_file, report);
        };
        FP4_TRY(write_run_directory(options.dump_outputs, outputs_file, options.force, fill));
    }
    if (!options.dump_ops.empty() && report.complete)
        return write_run_directory(
            options.dump_ops, dumped_ops_file, options.force,
            [&](const std::filesystem::path& folder) { return dump_ops(folder, report, job); });
    return Done{};
}

// How the C of an op is made.
std::function<std::vector<Fp32>(const traces::TraceOp&)> c_source(const Options& options,
                                                                  uint64_t seed) {
    if (options.c == "zero") return [](const traces::TraceOp&) { return std::vector<Fp32>{}; };
    if (!options.c) return [](const traces::TraceOp& op) { return op.c; };
    return [seed](const traces::TraceOp& op) {
        std::vector<Fp32> c;
        for (uint32_t bits : traces::synthetic_c_bits(seed, op.name + ".c", op.m() * op.n()))
            c.push_back({bits});
        return c;
    };
}

Result<std::vector<OpResult>> run_rtl(const Options& options, const ProgramFiles& files,
                                      const HardwareConfig& config, SystemJob& job) {
    FP4_TRY(check_buffers(config, job.trace));
    FP4_TRY_ASSIGN(const auto window, parse_window(options, config, job.trace));
    job.waveform = window;
    const CoreShape shape{config.array_rows, config.array_cols};
    const auto core = LoadedCore::load(
        options.core_folder.empty() ? files.cores : std::filesystem::path(options.core_folder),
        shape, config.profile, job.waveform.has_value());
    if (!core) return core.error();
    FP4_TRY_ASSIGN(auto waveform, WaveformFile::create(options.fst));
    if (job.waveform) job.waveform->path = waveform.recording().string();

    System system("system", config, **core, job);
    sc_core::sc_start();
    if (job.waveform) {
        if (system.waveform_failed())
            return Error{ErrorCode::write_failed,
                         fmt::format("{}: the waveform could not be recorded",
                                     waveform.recording().string())};
        if (!job.interrupted()) {
            const InterruptsHeld held;
            FP4_TRY(waveform.commit());
        }
    }
    return system.results();
}

} // namespace

Result<ExitStatus> simrun(const Options& options) {
    const auto started = std::chrono::steady_clock::now();
    FP4_TRY_ASSIGN(const auto files, ProgramFiles::locate());
    if (options.list_traces) {
        const auto status = list_traces(files);
        return status ? Result<ExitStatus>(exit_pass) : status.error();
    }
    FP4_TRY_ASSIGN(const auto config, load_config(options, files));
    const Arithmetic& arithmetic = *arithmetic_from_name(config.profile);
    FP4_TRY_ASSIGN(auto compute, options.engine == Engine::cuda
                                     ? cuda_compute(arithmetic, options.out_type)
                                     : golden_compute(arithmetic, options.out_type));
    for (const auto& [folder, mark] : {std::pair{options.out, stats_file},
                                       {options.dump_outputs, outputs_file},
                                       {options.dump_ops, dumped_ops_file}})
        if (!folder.empty()) FP4_TRY(check_run_directory(folder, mark, options.force));

    io::ProgressLine progress(stderr, !options.quiet, io::ProgressLine::Elsewhere::nothing);
    const auto named =
        load_trace(options, files, [&](std::string_view op, size_t index, size_t count) {
            progress.show(fmt::format("quantizing {} ({}/{})", op, index + 1, count));
        });
    if (!named) return named.error();
    const traces::Trace& trace = named->trace;
    for (const auto& op : trace.ops)
        if (auto status = check_gemm(op.a, op.b, op.c, arithmetic); !status)
            return Error{status.error().code,
                         fmt::format("op {}: {}", op.name, status.error().message)};
    if (!options.save_trace.empty()) {
        const InterruptsHeld held;
        FP4_TRY(traces::write_trace(options.save_trace, trace));
    }

    uint64_t total_macs = 0;
    for (const auto& op : trace.ops) total_macs += op.macs();
    SystemJob job{.trace = trace,
                  .arithmetic = arithmetic,
                  .out_type = options.out_type,
                  .c_of = c_source(options, options.seed.value_or(trace.seed)),
                  .check_trace_d = !options.c,
                  .progress =
                      [&](size_t index, uint64_t macs_done, double) {
                          uint64_t done = macs_done;
                          for (size_t i = 0; i < index; ++i) done += trace.ops[i].macs();
                          progress.show_share(
                              trace.ops[index].name, done, total_macs,
                              fmt::format("{:.0f} MMAC/s",
                                          static_cast<double>(done) / 1e6 / progress.seconds()));
                      },
                  .interrupted = interrupted,
                  .waveform = {}};

    RunReport report{.trace = named->name,
                     .model = trace.model,
                     .layer = trace.layer,
                     .source = std::string(name_of(trace.source)),
                     .source_sha256 = trace.source_sha256,
                     .engine = std::string(name_of(options.engine)),
                     .checked_against = "golden-reference",
                     .profile = config.profile,
                     .weight_format = std::string(spec_of(trace.b_format).name),
                     .activation_format = std::string(spec_of(trace.a_format).name),
                     .encoder = trace.encoder,
                     .tokens = trace.tokens,
                     .seed = trace.seed,
                     .c = options.c.value_or("trace"),
                     .out_type = options.out_type,
                     .hardware = config,
                     .ops = {}};
    progress.restart();
    FP4_TRY_ASSIGN(auto results, options.engine == Engine::rtl
                                     ? run_rtl(options, files, config, job)
                                     : run_untimed(job, compute));
    report.ops = std::move(results);
    progress.clear();
    if (interrupted()) {
        fmt::print(stderr, "simrun: interrupted; nothing was written\n");
        return exit_interrupted;
    }
    report.complete = report.ops.size() == trace.ops.size();
    report.wall_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();

    FP4_TRY(write_results(options, report, job));
    if (!options.quiet) fmt::print("{}", summary_table(report));
    for (const auto& op : report.ops) {
        for (const auto& mismatch : op.first_mismatches)
            fmt::print(stderr, "mismatch: {}\n",
                       describe(mismatch, op.name, report.engine, options.out_type));
        if (!op.hang.empty()) fmt::print(stderr, "mismatch: {}\n", op.hang);
    }
    return report.passed() ? exit_pass : exit_mismatch;
}

} // namespace fp4::sim
