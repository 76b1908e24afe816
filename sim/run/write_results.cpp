#include "write_results.hpp"

#include <array>

#include "dump_ops.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/safetensors.hpp"
#include "fp4/try.hpp"
#include "interrupt.hpp"
#include "reproducer.hpp"
#include "run_directory.hpp"

namespace fp4::sim {
namespace {

constexpr const char* stats_file = "stats.json";
constexpr const char* outputs_file = "outputs.safetensors";
constexpr const char* reproducer_file = "mismatch.safetensors";

Status write_report(const std::filesystem::path& folder, const RunReport& report) {
    if (const auto tile = reproducer(report))
        FP4_TRY(traces::write_trace(folder / reproducer_file, *tile));
    for (const auto& [name, text] : {std::pair{"config.yaml", config_yaml(report)},
                                     {"junit.xml", junit_xml(report)},
                                     {stats_file, stats_json(report)}})
        FP4_TRY(io::write_file_atomically(folder / name, text));
    return Done{};
}

Status dump_outputs(const std::filesystem::path& path, const RunReport& report) {
    constexpr std::array dtypes{io::Dtype::f32, io::Dtype::bf16, io::Dtype::f16};
    const OutputType type = report.options.out_type;
    std::vector<std::vector<std::byte>> out(report.ops.size());
    std::vector<io::TensorData> tensors;
    for (size_t i = 0; i < report.ops.size(); ++i) {
        const auto& [op, output, check, golden_s] = report.ops[i];
        out[i] = output_bytes(output, type);
        const std::vector<uint64_t> shape{op.m(), op.n()};
        tensors.push_back(
            {op.name + ".d", io::Dtype::f32, shape, std::as_bytes(std::span(output.d))});
        tensors.push_back({op.name + ".out", dtypes[static_cast<size_t>(type)], shape, out[i]});
    }
    return io::write_safetensors(path,
                                 {{"fp4sim.outputs", "1"},
                                  {"trace", report.trace_name},
                                  {"source", std::string(name_of(report.trace.source))},
                                  {"profile", report.hardware.profile}},
                                 tensors);
}

} // namespace

Status check_result_folders(const Options& options) {
    for (const auto& [folder, mark] : {std::pair{options.out, stats_file},
                                       {options.dump_outputs, outputs_file},
                                       {options.dump_ops, dumped_ops_file}})
        if (!folder.empty()) FP4_TRY(check_run_directory(folder, mark, options.force));
    return Done{};
}

Status write_results(const RunReport& report) {
    const InterruptsHeld held; // what is begun here is finished
    const Options& options = report.options;
    using Folder = const std::filesystem::path&;
    if (!options.out.empty())
        FP4_TRY(write_run_directory(options.out, stats_file, options.force,
                                    [&](Folder folder) { return write_report(folder, report); }));
    if (!options.dump_outputs.empty() && report.complete)
        FP4_TRY(write_run_directory(
            options.dump_outputs, outputs_file, options.force,
            [&](Folder folder) { return dump_outputs(folder / outputs_file, report); }));
    if (!options.dump_ops.empty() && report.complete)
        FP4_TRY(write_run_directory(options.dump_ops, dumped_ops_file, options.force,
                                    [&](Folder folder) { return dump_ops(folder, report); }));
    return Done{};
}

} // namespace fp4::sim
