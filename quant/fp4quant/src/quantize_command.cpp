#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "commands.hpp"
#include "disk_estimate.hpp"
#include "fingerprint.hpp"
#include "fp4/quant/pipeline/layer_file_source.hpp"
#include "fp4/quant/pipeline/run_spec.hpp"
#include "fp4/checkpoints/output_folder.hpp"
#include "fp4/checkpoints/write_checkpoint.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/try.hpp"
#include "machine.hpp"
#include "make_model.hpp"
#include "memory_estimate.hpp"
#include "print_warnings.hpp"
#include "token_input.hpp"

namespace fp4::quant {
namespace {

// The token windows that a method looks at; undefined where it looks at none.
struct Windows {
    Tensor calibration, alignment; // the second of FAAR's second stage
    std::string calibration_sha256, alignment_sha256;
};

Result<Windows> read_windows(const RunSpec& spec, const QuantizerNeeds& needs,
                             uint64_t vocab_size) {
    Windows out;
    if (!needs.windows()) return out;
    FP4_TRY_ASSIGN(const auto tokens, read_token_windows(spec.calibration, vocab_size));
    out.calibration = windows_of(tokens);
    out.calibration_sha256 = tokens.sha256;
    if (!spec.method->aligned) return out;
    FP4_TRY_ASSIGN(const auto alignment, read_token_windows(spec.alignment, vocab_size));
    out.alignment = windows_of(alignment);
    out.alignment_sha256 = alignment.sha256;
    return out;
}

PassShape pass_shape(const RunSpec& spec, const QuantizerNeeds& needs, const Windows& windows) {
    PassShape shape{.per_call = static_cast<uint64_t>(spec.windows_at_once),
                    .streams = uint64_t{needs.reference_stream} + needs.quantized_stream,
                    .second_moments = needs.grams};
    if (windows.calibration.defined()) {
        shape.windows = static_cast<uint64_t>(windows.calibration.size(0));
        shape.length = static_cast<uint64_t>(windows.calibration.size(1));
    }
    if (!spec.method->trains) return shape;
    shape.training = TrainingShape{.curvature = spec.recipe.curvature,
                                   .aligned = spec.method->aligned,
                                   .recompute = spec.recipe.stage2.recompute};
    if (!spec.method->aligned) return shape;
    shape.training->batch_windows = static_cast<uint64_t>(spec.recipe.stage2.batch_windows);
    shape.training->length = static_cast<uint64_t>(windows.alignment.size(1));
    return shape;
}

// The output and the folder of layers beside it can be written; gives the latter.
Result<std::filesystem::path> check_folders(const RunSpec& spec,
                                            const checkpoints::QuantizedCheckpoint& plain) {
    FP4_TRY(io::PublishedFolder::check(
        spec.out, checkpoints::output_policy(spec.force),
        output_bytes(plain, spec.layout) +
            (spec.resume ? 0 : work_bytes(plain, spec.method->aligned))));
    FP4_TRY_ASSIGN(auto folder, io::PublishedFolder::resolve(spec.out));
    folder += ".layers";
    const io::FolderPolicy any{.may_replace = [](const auto&, auto) -> Status { return Done{}; }};
    FP4_TRY(io::PublishedFolder::check(folder, any));
    return folder;
}

// What layers of an interrupted run must have been made under.
Result<std::string> fingerprint_of(const RunSpec& spec, const checkpoints::Checkpoint& plain,
                                   const Windows& windows) {
    return work_fingerprint(plain, fmt::format("{} {} {} {} {} {} {}", spec.method->name,
                                               spec.method->format, name_of(spec.acts),
                                               spec.scheme.specials.v2_halves, spec.threads,
                                               spec.device.str(), windows.calibration_sha256));
}

// Layers of an interrupted run stay to go on with, go, or are in the way.
Status begin_folder(const RunSpec& spec, const std::filesystem::path& folder) {
    if (!std::filesystem::exists(folder) || spec.resume) return Done{};
    if (!spec.force)
        return Error{ErrorCode::bad_argument,
                     fmt::format("{}: left by an interrupted run; go on with --resume, or begin "
                                 "anew with --force",
                                 folder.string())};
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return Done{};
}

Result<CausalLm> load_needed(const RunSpec& spec, const QuantizerNeeds& needs,
                             const checkpoints::Checkpoint& plain, const DecoderConfig& config) {
    if (spec.method->aligned || needs.predictions) return load_model(plain, config);
    if (needs.windows()) return load_embedding(plain, config);
    return CausalLm{config, {}, {}, {}, {}};
}

Outcome quantize(const RunWords& words) {
    FP4_TRY_ASSIGN(const auto spec, quantize_spec(words));
    at::set_num_threads(spec.threads);
    FP4_TRY_ASSIGN(auto plain, checkpoints::QuantizedCheckpoint::open(spec.model));
    print_warnings(plain.warnings());
    if (plain.layout() != checkpoints::Layout::plain)
        return Error{ErrorCode::bad_argument,
                     fmt::format("{}: expected a checkpoint that is not quantized", words.model)};
    FP4_TRY_ASSIGN(const auto config, read_decoder_config(spec.model));
    FP4_TRY_ASSIGN(const auto folder, check_folders(spec, plain));
    const auto needs = spec.method->make(spec.scheme, spec.recipe, no_progress())->needs();
    FP4_TRY_ASSIGN(const auto windows, read_windows(spec, needs, config.vocab_size));
    FP4_TRY(check_memory(config, pass_shape(spec, needs, windows), spec.max_memory_gib));
    FP4_TRY_ASSIGN(const auto fingerprint, fingerprint_of(spec, plain.files(), windows));
    FP4_TRY(begin_folder(spec, folder));

    const ModelWork work{.method = spec.method,
                         .scheme = spec.scheme,
                         .recipe = spec.recipe,
                         .name = std::string(spec.method->name),
                         .folder = folder / "aligned",
                         .stage1_folder = folder,
                         .fingerprint = fingerprint,
                         .alignment_sha256 = windows.alignment_sha256,
                         .quiet = spec.quiet};
    FP4_TRY_ASSIGN(auto loaded, load_needed(spec, needs, plain.files(), config));
    const auto ends = to_device(std::move(loaded), spec.device);
    FP4_TRY_ASSIGN(
        const auto files,
        make_model(work,
                   {ends, std::make_shared<CheckpointWeights>(plain.files(), config, spec.device),
                    windows.calibration, windows.alignment, spec.windows_at_once}));

    FP4_TRY_ASSIGN(auto source, LayerFileSource::open(std::move(plain), files));
    FP4_TRY_ASSIGN(const auto report, checkpoints::write_checkpoint(spec.layout, source, spec.out,
                                                                    {.replace = spec.force}));
    for (const auto& warning : report.warnings) fmt::print(stderr, "fp4quant: {}\n", warning);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    fmt::print("{}: {} {} {}, {} bytes of weights; tensor scales round-trip within {} ulp\n",
               words.out, spec.method->name, name_of(spec.acts), spec_of(spec.layout).name,
               report.weight_bytes, report.scale_round_trip_ulps);
    return Verdict::pass;
}

} // namespace

void add_quantize_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<RunWords>(
        RunWords{.method = "rtn", .acts = "W4A16", .threads = default_threads()});
    auto* command =
        app.add_subcommand("quantize", "quantize a checkpoint and write it in one of the layouts");
    command
        ->add_option("--model", options->model,
                     "Hugging Face folder of a Llama, Qwen2.5, dense Qwen3 or Mistral model")
        ->required();
    command->add_option("--method", options->method, method_names());
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
    command->callback([options, &run] { run = [options] { return quantize(*options); }; });
}

} // namespace fp4::quant
