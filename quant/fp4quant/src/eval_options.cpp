#include "eval_options.hpp"

#include <fmt/format.h>

#include "commands.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/try.hpp"
#include "print_warnings.hpp"

namespace fp4::quant {
namespace {

// Null for fake quantization.
Result<const Arithmetic*> arithmetic_of(const std::string& profile) {
    if (profile == "fake") return static_cast<const Arithmetic*>(nullptr);
    for (const Arithmetic* each : {&exact, &nv_blackwell, &fp32_seq, &f13})
        if (each->name == profile) return each;
    return Error{
        ErrorCode::unknown_name,
        fmt::format("--profile: expected fake, exact, nv-blackwell, fp32-seq or f13, found {}",
                    profile)};
}

} // namespace

void add_eval_options(CLI::App& command, EvalOptions& options) {
    command.add_option("--model", options.model, "Hugging Face folder, quantized or not")
        ->required();
    command.add_option("--reference", options.reference,
                       "the checkpoint that a quantized one was made from");
    command.add_option(
        "--method", options.method,
        "quantize a plain checkpoint in memory first; without it the checkpoint itself is scored");
    command.add_option("--acts", options.acts, "with --method: W4A4, W4A16 or W16A4");
    command.add_option(
        "--profile", options.profile,
        "fake (float32 products), or every linear by golden: exact, nv-blackwell, fp32-seq, f13");
    command.add_flag(
        "--with-rtn", options.with_rtn,
        "score round-to-nearest too, and the share of its loss that the model removes");
    command.add_option("--tokens", options.tokens,
                       "token windows; by default the reference's tokens/test.safetensors");
    command.add_option(
        "--calib", options.calib,
        "calibration token windows; by default the reference's tokens/calibration.safetensors");
    command.add_option("--windows", options.windows, "evaluate on so many of them, evenly spread");
    command
        .add_option("--windows-at-once", options.score.windows_at_once,
                    "windows for which each layer is loaded once: fewer take less memory")
        ->check(CLI::Range(1, 1 << 20));
    command
        .add_option("--windows-per-call", options.score.windows_per_call,
                    "of those that go through a layer together")
        ->check(CLI::Range(1, 1 << 20));
    command
        .add_option("--difference-windows", options.difference_windows,
                    "windows on which a hardware profile is compared with fake quantization")
        ->check(CLI::Range(1, 1 << 20));
    command.add_option("--name", options.name,
                       "what the row is called; by default the method or the folder");
    command.add_option("--out", options.out,
                       "folder for table.json, differences.json and the scores to resume from");
    command.add_option("--device", options.device, device_help);
    command.add_option("--threads", options.threads, "CPU threads")->check(CLI::Range(1, 1024));
    command
        .add_option("--max-memory", options.max_memory_gib,
                    "GiB: refuse at once what would take more")
        ->check(CLI::PositiveNumber);
    command.add_option("--commit", options.commit,
                       "noted in the table: what the program was built from");
    command.add_flag("--resume", options.resume,
                     "go on after the windows that --out holds scores of");
    command.add_flag("--quiet", options.quiet, "no progress");
}

Result<const Arithmetic*> checked_arithmetic(const EvalOptions& options) {
    const auto refused = [](std::string message) {
        return Error{ErrorCode::bad_argument, std::move(message)};
    };
    FP4_TRY_ASSIGN(const auto arithmetic, arithmetic_of(options.profile));
    if (options.resume && options.out.empty())
        return refused("--resume: expected --out, where the scores of finished windows are");
    FP4_TRY_ASSIGN(const auto layout, checkpoints::QuantizedCheckpoint::open(options.model));
    print_warnings(layout.warnings());
    const bool quantized = layout.layout() != checkpoints::Layout::plain;
    if (quantized && options.is_plain())
        return refused(fmt::format("{}: expected --reference, the checkpoint it was made from, "
                                   "beside one that is quantized",
                                   options.model));
    if (!quantized && !options.is_plain())
        return refused(fmt::format(
            "{}: expected a quantized checkpoint beside --reference, found one that is not",
            options.model));
    if (quantized && !options.method.empty())
        return refused(fmt::format(
            "--method: expected a checkpoint that is not quantized, found {}", options.model));
    if (arithmetic && !quantized && options.method.empty())
        return refused(
            "--profile: expected --method or a quantized checkpoint; the reference has none");
    return arithmetic;
}

} // namespace fp4::quant
