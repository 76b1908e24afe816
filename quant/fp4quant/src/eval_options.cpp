#include "eval_options.hpp"

#include "commands.hpp"
#include "fp4/arithmetic/arithmetic.hpp"

namespace fp4::quant {

void add_eval_options(CLI::App& command, EvalOptions& options) {
    command.add_option("--model", options.run.model, "Hugging Face folder, quantized or not")
        ->required();
    command.add_option("--reference", options.run.reference,
                       "the checkpoint that a quantized one was made from");
    command.add_option(
        "--method", options.run.method,
        "quantize a plain checkpoint in memory first; without it the checkpoint itself is scored");
    command.add_option("--acts", options.run.acts, "with --method: W4A4, W4A16 or W16A4");
    std::string known;
    for (const Arithmetic& each : arithmetic_profiles)
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    command.add_option("--profile", options.run.profile,
                       "fake (float32 products), or every linear by golden: " + known);
    command.add_flag(
        "--through-rtl", options.through_rtl,
        "with a --profile that the RTL has: every quantized linear by the Verilated RTL in simrun, "
        "which compares each output with golden");
    command.add_option("--simrun", options.simrun,
                       "the simulator's program; by default simrun beside fp4quant");
    command.add_flag(
        "--with-rtn", options.with_rtn,
        "score round-to-nearest too, and the share of its loss that the model removes");
    command.add_option("--tokens", options.run.tokens,
                       "token windows; by default the reference's tokens/test.safetensors");
    command.add_option(
        "--calib", options.run.calib,
        "calibration token windows; by default the reference's tokens/calibration.safetensors");
    command.add_option("--windows", options.run.windows,
                       "evaluate on so many of them, evenly spread");
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
    command.add_option("--out", options.run.out,
                       "folder for table.json, differences.json and the scores to resume from");
    command.add_option("--device", options.run.device, device_help);
    command.add_option("--threads", options.run.threads, "CPU threads")->check(CLI::Range(1, 1024));
    command
        .add_option("--max-memory", options.run.max_memory_gib,
                    "GiB: refuse at once what would take more")
        ->check(CLI::PositiveNumber);
    command.add_option("--commit", options.commit,
                       "noted in the table: what the program was built from");
    command.add_flag("--resume", options.run.resume,
                     "go on after the windows that --out holds scores of");
    command.add_flag("--quiet", options.run.quiet, "no progress");
}

} // namespace fp4::quant
