#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "commands.hpp"
#include "fingerprint.hpp"
#include "fp4/quant/pipeline/layer_file_source.hpp"
#include "fp4/checkpoints/write_checkpoint.hpp"
#include "fp4/quant/quantizers/named_method.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "memory_estimate.hpp"
#include "print_warnings.hpp"
#include "progress_line.hpp"
#include "token_input.hpp"
#include "trained_layers.hpp"

namespace fp4::quant {
namespace {

struct QuantizeOptions {
    std::string model, method = "rtn", format, acts = "W4A16", layout, calib, align, faar = "best",
                       out, device = "auto";
    uint64_t seed = 1;
    int v2_halves = Specials{}.v2_halves;
    int threads = default_threads();
    int64_t windows_at_once = 8;
    double max_memory_gib = 0;
    bool resume = false, force = false, quiet = false;
};

Result<Scheme> scheme_of(const QuantizeOptions& options) {
    if (!method_from_name(options.method))
        return Error{ErrorCode::unknown_name, fmt::format("--method: expected one of {}, found {}",
                                                          method_names(), options.method)};
    const auto* method = method_from_name(options.method, options.format);
    if (!method)
        return Error{ErrorCode::bad_argument,
                     fmt::format("--format: expected {}, which method {} makes, found {}",
                                 method_from_name(options.method)->format, options.method,
                                 options.format)};
    const auto acts = acts_from_name(options.acts);
    if (!acts || *acts == Acts::w16a4)
        return Error{ErrorCode::bad_argument,
                     fmt::format("--acts: expected W4A16 or W4A4, found {}", options.acts)};
    auto scheme = scheme_of(*method, *acts);
    scheme.specials.v2_halves = static_cast<uint8_t>(options.v2_halves);
    return scheme;
}

Result<checkpoints::Layout> layout_of(const QuantizeOptions& options, const Scheme& scheme) {
    if (options.layout.empty())
        return scheme.weights->format == Format::razer_w ? checkpoints::Layout::razer
                                                         : checkpoints::Layout::compressed_tensors;
    const auto layout = checkpoints::layout_from_name(options.layout);
    if (layout) return *layout;
    return Error{
        ErrorCode::unknown_name,
        fmt::format("--layout: expected compressed-tensors, modelopt, razer or bf16, found {}",
                    options.layout)};
}

// What a command line asks for, its tokens read.
struct Work {
    const NamedMethod* method;
    Scheme scheme;
    FaarRecipe recipe;
    Tensor calibration, alignment;
    std::string alignment_sha256;
    std::string fingerprint;
    std::filesystem::path folder;
};

// The second stage and the curvature of the first look at predictions.
bool needs_whole_model(const Work& work) {
    return work.method->trains() && (work.method->aligned || work.recipe.curvature);
}

// The model's layers into layer files; those that are there from an interrupted run stay.
Result<LayerFiles> make_layers(const QuantizeOptions& options, const Work& work,
                               const checkpoints::Checkpoint& checkpoint,
                               const DecoderConfig& config) {
    FP4_TRY_ASSIGN(const auto device, device_from_name(options.device));
    FP4_TRY_ASSIGN(auto loaded, needs_whole_model(work) ? load_model(checkpoint, config)
                                : work.calibration.defined()
                                    ? load_embedding(checkpoint, config)
                                    : Result<CausalLm>(CausalLm{config, {}, {}, {}, {}}));
    const auto ends = to_device(std::move(loaded), device);
    const LayerSource source = [&](size_t layer) -> Result<LayerWeights> {
        FP4_TRY_ASSIGN(auto weights, load_layer(checkpoint, config, layer));
        return to_device(std::move(weights), device);
    };
    if (work.method->trains()) {
        const TrainedModel model{.method = work.method,
                                 .scheme = work.scheme,
                                 .recipe = work.recipe,
                                 .name = options.method,
                                 .folder = work.folder / "aligned",
                                 .stage1_folder = work.folder,
                                 .fingerprint = work.fingerprint,
                                 .alignment_sha256 = work.alignment_sha256,
                                 .quiet = options.quiet};
        return trained_layers(
            model, {ends, source, work.calibration, work.alignment, options.windows_at_once});
    }
    ModelQuantizer quantizer(ends, source, work.scheme, work.calibration, options.windows_at_once);
    ProgressLine progress(!options.quiet);
    LayerFiles files{work.folder, work.fingerprint, work.scheme};
    const auto layers = config.dims.num_hidden_layers;
    FP4_TRY_ASSIGN(const auto status,
                   make_layers(quantizer, layers, files, [&](size_t layer) -> Status {
                       progress.show_share("layer", layer + 1, layers);
                       return Done{};
                   }));
    return files;
}

// Calibration windows where the scheme looks at any, and those of the second stage.
Status read_windows(const QuantizeOptions& options, const DecoderConfig& config, Work& work,
                    std::string& calibration_sha256) {
    if (!needs_reference_stream(work.scheme) && !needs_quantized_stream(work.scheme)) return Done{};
    FP4_TRY_ASSIGN(const auto tokens,
                   read_tokens(options.calib, options.model, "calibration", config.vocab_size));
    work.calibration = windows_of(tokens);
    calibration_sha256 = tokens.sha256;
    if (!work.method->aligned) return Done{};
    FP4_TRY_ASSIGN(const auto alignment,
                   read_tokens(options.align, options.model, "alignment", config.vocab_size));
    work.alignment = windows_of(alignment);
    work.alignment_sha256 = alignment.sha256;
    return Done{};
}

std::optional<TrainingShape> training_shape(const Work& work) {
    if (!work.method->trains()) return std::nullopt;
    TrainingShape shape{.curvature = work.recipe.curvature,
                        .aligned = work.method->aligned,
                        .recompute = work.recipe.stage2.recompute};
    if (!shape.aligned) return shape;
    shape.batch_windows = static_cast<uint64_t>(work.recipe.stage2.batch_windows);
    shape.length = static_cast<uint64_t>(work.alignment.size(1));
    return shape;
}

Status quantize(const QuantizeOptions& options) {
    at::set_num_threads(options.threads);
    FP4_TRY_ASSIGN(const auto scheme, scheme_of(options));
    FP4_TRY(check_storable(scheme));
    FP4_TRY_ASSIGN(const auto layout, layout_of(options, scheme));
    auto plain = checkpoints::QuantizedCheckpoint::open(options.model);
    if (!plain) return plain.error();
    print_warnings(plain->warnings());
    if (plain->layout() != checkpoints::Layout::plain)
        return Error{ErrorCode::bad_argument,
                     fmt::format("{}: expected a checkpoint that is not quantized", options.model)};
    FP4_TRY_ASSIGN(const auto config, read_decoder_config(options.model));

    FP4_TRY_ASSIGN(auto recipe, faar_recipe(options.faar));
    recipe.stage2.seed = options.seed;
    Work work{.method = method_from_name(options.method, options.format),
              .scheme = scheme,
              .recipe = recipe,
              .folder = options.out + ".layers"};
    std::string calibration_sha256;
    FP4_TRY(read_windows(options, config, work, calibration_sha256));
    const auto& windows = work.calibration;
    const PassShape shape{
        .windows = windows.defined() ? static_cast<uint64_t>(windows.size(0)) : 0,
        .length = windows.defined() ? static_cast<uint64_t>(windows.size(1)) : 0,
        .per_call = static_cast<uint64_t>(options.windows_at_once),
        .streams = uint64_t{needs_reference_stream(scheme)} + needs_quantized_stream(scheme),
        .second_moments = needs_quantized_stream(scheme) && !work.method->trains(),
        .training = training_shape(work)};
    FP4_TRY(check_memory(config, shape, options.max_memory_gib));
    FP4_TRY_ASSIGN(
        const auto fingerprint,
        work_fingerprint(plain->files(),
                         fmt::format("{} {} {} {} {} {} {}", options.method, work.method->format,
                                     options.acts, options.v2_halves, options.threads,
                                     options.device, calibration_sha256)));
    work.fingerprint = fingerprint;

    std::error_code failed;
    if (std::filesystem::exists(work.folder) && !options.resume) {
        if (!options.force)
            return Error{ErrorCode::bad_argument,
                         fmt::format("{}: left by an interrupted run; go on with --resume, or "
                                     "begin anew with --force",
                                     work.folder.string())};
        std::filesystem::remove_all(work.folder, failed);
    }
    FP4_TRY_ASSIGN(const auto files, make_layers(options, work, plain->files(), config));

    FP4_TRY_ASSIGN(auto source, LayerFileSource::open(std::move(*plain), files.scheme,
                                                      files.fingerprint, files.folder));
    FP4_TRY_ASSIGN(const auto report, checkpoints::write_checkpoint(layout, source, options.out,
                                                                    {.replace = options.force}));
    for (const auto& warning : report.warnings) fmt::print(stderr, "fp4quant: {}\n", warning);
    std::filesystem::remove_all(work.folder, failed);
    fmt::print("{}: {} {} {}, {} bytes of weights\n", options.out, options.method, options.acts,
               spec_of(layout).name, report.weight_bytes);
    return Done{};
}

} // namespace

void add_quantize_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<QuantizeOptions>();
    auto* command =
        app.add_subcommand("quantize", "quantize a checkpoint and write it in one of the layouts");
    command->add_option("--model", options->model, "Hugging Face folder: Llama 3.x or dense Qwen3")
        ->required();
    command->add_option(
        "--method", options->method,
        "rtn, 4over6, 4over6-448, mse, gptq, awq, smoothquant, razer, razer-gptq, faar, faar-2fa");
    command->add_option(
        "--format", options->format,
        "nvfp4 or razer, for faar and faar-2fa; elsewhere a check of what the method makes");
    command->add_option("--acts", options->acts,
                        "W4A16 (weights alone) or W4A4 (static input scales too)");
    command->add_option("--layout", options->layout,
                        "compressed-tensors, modelopt, razer or bf16; by default the format's");
    command->add_option("--calib", options->calib,
                        "token windows; by default the model's tokens/calibration.safetensors");
    command->add_option("--align", options->align,
                        "token windows of the second stage of faar-2fa; by default the model's "
                        "tokens/alignment.safetensors");
    command->add_option("--faar", options->faar,
                        "how roundings are trained: best, paper or a YAML file");
    command->add_option("--seed", options->seed, "of the order of windows in the second stage")
        ->check(CLI::Range(uint64_t{0}, uint64_t{1} << 20));
    command
        ->add_option("--v2-halves", options->v2_halves, "RaZeR's second special value, half-units")
        ->check(CLI::Range(1, 31));
    command->add_option("--out", options->out, "new folder")->required();
    command->add_option("--device", options->device, device_help);
    command->add_option("--threads", options->threads, "CPU threads")->check(CLI::Range(1, 1024));
    command
        ->add_option("--windows-at-once", options->windows_at_once,
                     "calibration windows that go through a layer together: fewer take less memory")
        ->check(CLI::Range(1, 4096));
    command
        ->add_option("--max-memory", options->max_memory_gib,
                     "GiB: refuse at once what would take more")
        ->check(CLI::PositiveNumber);
    command->add_flag("--resume", options->resume, "go on after an interruption");
    command->add_flag("--force", options->force,
                      "replace a checkpoint of this program, or begin anew");
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &run] { run = passing([options] { return quantize(*options); }); });
}

} // namespace fp4::quant
