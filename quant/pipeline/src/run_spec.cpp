#include "fp4/quant/pipeline/run_spec.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

Error bad_argument(std::string message) { return {ErrorCode::bad_argument, std::move(message)}; }
Error unknown_name(std::string message) { return {ErrorCode::unknown_name, std::move(message)}; }

// The method's row, and the scheme that it and the acts make.
Status add_method(RunSpec& spec, const RunWords& words) {
    const auto* any = method_from_name(words.method);
    if (!any)
        return unknown_name(
            fmt::format("--method: expected one of {}, found {}", method_names(), words.method));
    spec.method = method_from_name(words.method, words.format);
    if (!spec.method)
        return bad_argument(fmt::format("--format: expected {}, which method {} makes, found {}",
                                        formats_of_method(words.method), words.method,
                                        words.format));
    const auto acts = acts_from_name(words.acts);
    if (!acts)
        return unknown_name(fmt::format("--acts: expected one of {}, found {}",
                                        fmt::join(acts_names, ", "), words.acts));
    spec.acts = *acts;
    spec.scheme = scheme_of(*spec.method, spec.acts);
    return Done{};
}

// Null for fake quantization.
Result<const Arithmetic*> arithmetic_of(const std::string& profile) {
    if (profile == "fake") return static_cast<const Arithmetic*>(nullptr);
    if (const Arithmetic* arithmetic = arithmetic_from_name(profile)) return arithmetic;
    std::string known = "fake";
    for (const Arithmetic& each : arithmetic_profiles) known += fmt::format(", {}", each.name);
    return unknown_name(fmt::format("--profile: expected one of {}, found {}", known, profile));
}

// A folder that is named with a slash behind it is the folder itself.
std::filesystem::path without_slash(const std::string& words) {
    std::filesystem::path path(words);
    while (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
    return path;
}

// What every command has.
Result<RunSpec> common(const RunWords& words) {
    RunSpec spec{.model = words.model,
                 .reference = words.reference.empty() ? words.model : words.reference,
                 .windows = words.windows,
                 .windows_at_once = words.windows_at_once,
                 .threads = words.threads,
                 .max_memory_gib = words.max_memory_gib,
                 .out = without_slash(words.out),
                 .resume = words.resume,
                 .force = words.force,
                 .quiet = words.quiet};
    spec.calibration = token_path(words.calib, spec.reference, "calibration");
    spec.alignment = token_path(words.align, spec.reference, "alignment");
    spec.tokens = token_path(words.tokens, spec.reference, "test");
    FP4_TRY_ASSIGN(spec.device, device_from_name(words.device));
    FP4_TRY_ASSIGN(spec.recipe, faar_recipe(words.faar));
    spec.recipe.stage2.seed = words.seed;
    return spec;
}

Result<bool> is_quantized(const std::filesystem::path& folder) {
    FP4_TRY_ASSIGN(const auto opened, checkpoints::QuantizedCheckpoint::open(folder));
    return opened.layout() != checkpoints::Layout::plain;
}

// A method goes with a plain model alone, and a quantized one with its reference.
Status check_folders(const RunWords& words, const RunSpec& spec) {
    FP4_TRY_ASSIGN(const auto quantized, is_quantized(spec.model));
    if (quantized && words.reference.empty())
        return bad_argument(fmt::format("{}: expected --reference, the checkpoint it was made "
                                        "from, beside one that is quantized",
                                        words.model));
    if (!quantized && !words.reference.empty())
        return bad_argument(fmt::format(
            "{}: expected a quantized checkpoint beside --reference, found one that is not",
            words.model));
    if (quantized && spec.reference == spec.model)
        return bad_argument(fmt::format(
            "--reference: expected the checkpoint that {} was made from, found that itself",
            words.model));
    if (quantized && !words.method.empty())
        return bad_argument(fmt::format(
            "--method: expected a checkpoint that is not quantized, found {}", words.model));
    if (spec.arithmetic && !quantized && words.method.empty())
        return bad_argument(
            "--profile: expected --method or a quantized checkpoint; the reference has none");
    return Done{};
}

} // namespace

std::filesystem::path token_path(const std::string& given, const std::filesystem::path& model,
                                 const std::string& split) {
    return given.empty() ? model / "tokens" / (split + ".safetensors")
                         : std::filesystem::path(given);
}

Result<RunSpec> quantize_spec(const RunWords& words) {
    FP4_TRY_ASSIGN(auto spec, common(words));
    if (words.acts != name_of(Acts::w4a16) && words.acts != name_of(Acts::w4a4))
        return bad_argument(fmt::format("--acts: expected W4A16 or W4A4, found {}", words.acts));
    FP4_TRY(add_method(spec, words));
    spec.scheme.specials.v2_halves = static_cast<uint8_t>(words.v2_halves);
    if (spec.method->transforms)
        return bad_argument("checkpoint: expected a scheme that its layout can hold, found a "
                            "Hadamard transform of the linears' inputs");
    const auto own = spec.method->layout();
    if (!own)
        return bad_argument(fmt::format(
            "--format: expected one that a checkpoint layout holds, nvfp4 or razer, found {}",
            spec.method->format));
    const auto layout = words.layout.empty() ? own : checkpoints::layout_from_name(words.layout);
    if (!layout)
        return unknown_name(
            fmt::format("--layout: expected compressed-tensors, modelopt, razer or bf16, found {}",
                        words.layout));
    spec.layout = *layout;
    return spec;
}

Result<RunSpec> eval_spec(const RunWords& words) {
    FP4_TRY_ASSIGN(auto spec, common(words));
    FP4_TRY_ASSIGN(spec.arithmetic, arithmetic_of(words.profile));
    if (words.resume && words.out.empty())
        return bad_argument("--resume: expected --out, where the scores of finished windows are");
    FP4_TRY(check_folders(words, spec));
    if (words.method.empty()) return spec;
    FP4_TRY(add_method(spec, words));
    if (spec.method->trains)
        return bad_argument(fmt::format("--method: expected one that does not train; make {} by "
                                        "fp4quant quantize and score that beside --reference",
                                        words.method));
    return spec;
}

Result<RunSpec> table_spec(const RunWords& words) { return common(words); }

} // namespace fp4::quant
