#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "commands.hpp"
#include "fingerprint.hpp"
#include "fp4/quant/pipeline/capture.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/traces/captured.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

struct CaptureOptions {
    std::string model, calib, tokens, out;
    uint64_t window = 0;
    int64_t first = -1, positions = 16;
    int threads = default_threads();
};

struct TraceCommandOptions : CaptureOptions {
    std::string format = "razer";
    uint64_t layer = 0;
};

Status capture_to(const CaptureOptions& options, const std::filesystem::path& path) {
    at::set_num_threads(options.threads);
    FP4_TRY_ASSIGN(const auto checkpoint, checkpoints::Checkpoint::open(options.model));
    FP4_TRY_ASSIGN(const auto config, read_decoder_config(options.model));
    FP4_TRY_ASSIGN(const auto model, load_model(checkpoint, config));
    FP4_TRY_ASSIGN(const auto calibration,
                   read_tokens(options.calib, options.model, "calibration", config.vocab_size));
    FP4_TRY_ASSIGN(const auto tokens,
                   read_tokens(options.tokens, options.model, "valid", config.vocab_size));
    if (options.window >= tokens.count())
        return Error{ErrorCode::bad_argument, fmt::format("--window: expected 0 to {}, found {}",
                                                          tokens.count() - 1, options.window)};
    FP4_TRY_ASSIGN(const auto sha256, model_sha256(checkpoint));
    const auto length = static_cast<int64_t>(tokens.length);
    const CaptureRequest request{.calibration = windows_of(calibration),
                                 .window = windows_of(tokens)[static_cast<int64_t>(options.window)],
                                 .first =
                                     options.first < 0 ? length - options.positions : options.first,
                                 .positions = options.positions,
                                 .model_sha256 = sha256,
                                 .tokens_sha256 = tokens.sha256,
                                 .calib_sha256 = calibration.sha256};
    return capture_activations(path, model, request);
}

Status make_trace(const TraceCommandOptions& options) {
    traces::TraceOptions trace_options{.tokens = static_cast<uint64_t>(options.positions)};
    if (options.format == "nvfp4")
        trace_options.weights = trace_options.activations = Format::nvfp4;
    else if (options.format != "razer")
        return Error{ErrorCode::unknown_name,
                     fmt::format("--format: expected nvfp4 or razer, found {}", options.format)};
    const std::filesystem::path captured = options.out + ".activations";
    auto status = capture_to(options, captured);
    if (status) {
        const auto checkpoint = checkpoints::Checkpoint::open(options.model);
        FP4_TRY_ASSIGN(const auto activations, traces::CapturedActivations::open(captured));
        const auto trace = checkpoint ? traces::make_captured_trace(*checkpoint, activations,
                                                                    options.layer, trace_options)
                                      : Result<traces::Trace>(checkpoint.error());
        status = trace ? traces::write_trace(options.out, *trace) : Status(trace.error());
    }
    std::error_code ignored;
    std::filesystem::remove(captured, ignored);
    return status;
}

void add_options(CLI::App& command, CaptureOptions& options) {
    command.add_option("--model", options.model, "Hugging Face folder")->required();
    command.add_option("--calib", options.calib,
                       "calibration token windows, for the static scales; by default the model's "
                       "tokens/calibration.safetensors");
    command.add_option("--tokens", options.tokens,
                       "token windows to run; by default the model's tokens/valid.safetensors");
    command.add_option("--window", options.window, "which of them");
    command.add_option("--first", options.first,
                       "first captured position; by default the last ones of the window are");
    command.add_option("--positions", options.positions, "captured positions: the trace's tokens")
        ->check(CLI::Range(1, 1 << 20));
    command.add_option("--out", options.out, "file")->required();
    command.add_option("--threads", options.threads, "CPU threads")->check(CLI::Range(1, 1024));
}

} // namespace

void add_capture_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<CaptureOptions>();
    auto* command = app.add_subcommand("capture", "run a model over a window and keep the inputs "
                                                  "of its linears, for traces without LibTorch");
    add_options(*command, *options);
    command->callback([options, &run] {
        run = passing([options] { return capture_to(*options, options->out); });
    });
}

void add_trace_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<TraceCommandOptions>();
    auto* command = app.add_subcommand(
        "trace", "write a trace of one layer: real weights, activations of a real forward pass");
    add_options(*command, *options);
    command->add_option("--layer", options->layer, "decoder layer");
    command->add_option("--format", options->format, "razer or nvfp4");
    command->callback(
        [options, &run] { run = passing([options] { return make_trace(*options); }); });
}

} // namespace fp4::quant
