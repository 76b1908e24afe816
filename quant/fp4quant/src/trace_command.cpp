#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "commands.hpp"
#include "fingerprint.hpp"
#include "fp4/quant/pipeline/capture.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/traces/make_trace.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

struct CaptureOptions {
    std::string model, source, calib, tokens, out;
    uint64_t window = 0;
    int64_t first = -1, positions = 16;
    int threads = default_threads();

    // Where tokens are looked for.
    const std::string& token_folder() const { return source.empty() ? model : source; }
};

struct TraceCommandOptions : CaptureOptions {
    std::string format = "razer", layer = "0";
};

Result<CaptureRequest> capture_request(const CaptureOptions& options, uint64_t vocab_size) {
    FP4_TRY_ASSIGN(const auto tokens,
                   read_tokens(options.tokens, options.token_folder(), "valid", vocab_size));
    if (options.window >= tokens.count())
        return Error{ErrorCode::bad_argument, fmt::format("--window: expected 0 to {}, found {}",
                                                          tokens.count() - 1, options.window)};
    const auto length = static_cast<int64_t>(tokens.length);
    return CaptureRequest{
        .calibration = {},
        .window = windows_of(tokens)[static_cast<int64_t>(options.window)],
        .first = options.first < 0 ? length - options.positions : options.first,
        .positions = options.positions,
        .tokens_sha256 = tokens.sha256,
    };
}

Status capture_plain(const CaptureOptions& options, const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(const auto checkpoint, checkpoints::Checkpoint::open(options.model));
    FP4_TRY_ASSIGN(const auto config, read_decoder_config(options.model));
    FP4_TRY_ASSIGN(auto request, capture_request(options, config.vocab_size));
    FP4_TRY_ASSIGN(const auto calibration,
                   read_tokens(options.calib, options.model, "calibration", config.vocab_size));
    FP4_TRY_ASSIGN(const auto model, load_model(checkpoint, config));
    FP4_TRY_ASSIGN(request.model_sha256, model_sha256(checkpoint));
    request.calibration = windows_of(calibration);
    request.calib_sha256 = calibration.sha256;
    return capture_activations(path, model, request);
}

Status capture_packed(const CaptureOptions& options, const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(auto checkpoint, CheckpointLayers::open(options.model));
    FP4_TRY_ASSIGN(auto request, capture_request(options, checkpoint.config().vocab_size));
    FP4_TRY_ASSIGN(request.model_sha256, model_sha256(checkpoint.checkpoint().files()));
    return capture_quantized(path, checkpoint, exact, request);
}

Result<bool> is_packed(const CaptureOptions& options) {
    FP4_TRY_ASSIGN(const auto layout, checkpoints::folder_layout(options.model));
    const bool packed = layout != checkpoints::Layout::plain;
    if (!packed && !options.source.empty())
        return Error{ErrorCode::bad_argument,
                     "--source: goes with a quantized checkpoint, whose tokens lie there"};
    return packed;
}

Status capture_to(const CaptureOptions& options, const std::filesystem::path& path) {
    at::set_num_threads(options.threads);
    FP4_TRY_ASSIGN(const auto packed, is_packed(options));
    return packed ? capture_packed(options, path) : capture_plain(options, path);
}

// "all", or one number.
Result<std::vector<uint64_t>> layers_of(const std::string& text) {
    if (text == "all") return std::vector<uint64_t>{};
    uint64_t layer = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), layer);
    if (code != std::errc{} || end != text.data() + text.size())
        return Error{ErrorCode::bad_argument,
                     fmt::format("--layer: expected a number or all, found {}", text)};
    return std::vector{layer};
}

// Of both sides of a plain checkpoint; none: the default ones.
Result<std::optional<OperandFormat>> formats_of(const std::string& name) {
    if (name == "razer") return std::optional<OperandFormat>{};
    if (name == "nvfp4") return std::optional(OperandFormat{Format::nvfp4});
    return Error{ErrorCode::unknown_name,
                 fmt::format("--format: expected nvfp4 or razer, found {}", name)};
}

Result<traces::Trace> traced(const TraceCommandOptions& options,
                             const std::filesystem::path& captured, traces::TraceOptions make) {
    FP4_TRY_ASSIGN(const auto activations, traces::CapturedActivations::open(captured));
    FP4_TRY_ASSIGN(const auto packed, is_packed(options));
    if (packed) {
        FP4_TRY_ASSIGN(auto checkpoint, checkpoints::QuantizedCheckpoint::open(options.model));
        return traces::make_packed_trace(checkpoint, &activations, make);
    }
    FP4_TRY_ASSIGN(make.weights, formats_of(options.format));
    make.activations = make.weights;
    FP4_TRY_ASSIGN(const auto checkpoint, checkpoints::Checkpoint::open(options.model));
    return traces::make_plain_trace(checkpoint, &activations, make);
}

Outcome make_trace(const TraceCommandOptions& options) {
    traces::TraceOptions make{.tokens = static_cast<uint64_t>(options.positions)};
    FP4_TRY_ASSIGN(make.layers, layers_of(options.layer));
    FP4_TRY(formats_of(options.format));
    const std::filesystem::path captured = options.out + ".activations";
    auto status = capture_to(options, captured);
    if (status) {
        const auto trace = traced(options, captured, make);
        status = trace ? traces::write_trace(options.out, *trace) : Status(trace.error());
    }
    std::error_code ignored;
    std::filesystem::remove(captured, ignored);
    FP4_TRY(status);
    return Verdict::pass;
}

void add_options(CLI::App& command, CaptureOptions& options) {
    command.add_option("--model", options.model, "Hugging Face folder")->required();
    command.add_option(
        "--source", options.source,
        "the plain checkpoint that a quantized one was made from: its tokens/ is used");
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
        run = [options]() -> Outcome {
            FP4_TRY(capture_to(*options, options->out));
            return Verdict::pass;
        };
    });
}

void add_trace_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<TraceCommandOptions>();
    auto* command = app.add_subcommand(
        "trace",
        "write a trace: weights as a quantized checkpoint stores them or quantized here, and the "
        "activations of a real forward pass of that model");
    add_options(*command, *options);
    command->add_option("--layer", options->layer, "decoder layer, or all");
    command->add_option("--format", options->format,
                        "razer or nvfp4, that plain weights are quantized to");
    command->callback([options, &run] { run = [options] { return make_trace(*options); }; });
}

} // namespace fp4::quant
