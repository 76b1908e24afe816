// Commands on checkpoints as they lie on the disk: convert, verify, inspect.
#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fp4/dequantize/dequantize.hpp"
#include "fp4/checkpoints/compare.hpp"
#include "fp4/checkpoints/encoded_model.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/checkpoints/write_checkpoint.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/try.hpp"
#include "print_warnings.hpp"

namespace fp4::quant {
namespace {

struct ConvertOptions {
    std::string model, layout, out;
    bool force = false, strict = false;
};

Outcome convert(const ConvertOptions& options) {
    const auto layout = checkpoints::layout_from_name(options.layout);
    if (!layout)
        return Error{
            ErrorCode::unknown_name,
            fmt::format("--layout: expected compressed-tensors, modelopt, razer or bf16, found {}",
                        options.layout)};
    FP4_TRY_ASSIGN(const auto report, checkpoints::convert_checkpoint(
                                          options.model, *layout, options.out,
                                          {.strict = options.strict}, {.replace = options.force}));
    print_warnings(report.warnings);
    fmt::print("{}: {} bytes of weights; tensor scales round-trip within {} ulp\n", options.out,
               report.weight_bytes, report.scale_round_trip_ulps);
    return Verdict::pass;
}

struct VerifyOptions {
    std::string a, b, encoder;
    bool strict = false;
};

struct Shares {
    uint64_t blocks = 0, elements = 0, scales = 0, codes = 0;
};

Shares shares_of(const checkpoints::Comparison& comparison) {
    Shares sum;
    for (const auto& linear : comparison.linears) {
        sum.blocks += linear.blocks;
        sum.elements += linear.elements;
        sum.scales += linear.different_scales;
        sum.codes += linear.different_codes;
    }
    return sum;
}

Result<checkpoints::Comparison> compared(const VerifyOptions& options) {
    FP4_TRY_ASSIGN(auto a,
                   checkpoints::QuantizedCheckpoint::open(options.a, {.strict = options.strict}));
    FP4_TRY_ASSIGN(auto b,
                   checkpoints::QuantizedCheckpoint::open(options.b, {.strict = options.strict}));
    for (auto* each : {&a, &b}) {
        FP4_TRY_ASSIGN(const auto report, each->check());
        print_warnings(report.warnings);
    }
    if (options.encoder.empty()) return checkpoints::compare_models(a, b);
    const auto encoder = encoder_from_name(options.encoder);
    if (!encoder)
        return Error{ErrorCode::unknown_name,
                     fmt::format("--encoder: expected an encoder's name (fp4vec list), found {}",
                                 options.encoder)};
    return checkpoints::compare_with_encoder(std::move(a), b, {.encoder = *encoder});
}

Outcome verify(const VerifyOptions& options) {
    FP4_TRY_ASSIGN(const auto comparison, compared(options));
    const auto sum = shares_of(comparison);
    if (sum.elements == 0)
        return Error{
            ErrorCode::bad_argument,
            fmt::format("{}, {}: expected quantized linears, found none", options.a, options.b)};
    for (const auto& name : comparison.different_plain) fmt::print("differs: tensor {}\n", name);
    if (comparison.first) fmt::print("first difference: {}\n", describe(*comparison.first));
    fmt::print("{} linears, {} of {} block scales and {} of {} codes differ\n",
               comparison.linears.size(), sum.scales, sum.blocks, sum.codes, sum.elements);
    return comparison.equal() ? Verdict::pass : Verdict::differs;
}

struct InspectOptions {
    std::string model, source;
};

// Mean squared error over mean square of a quantized linear against its source's weights.
Result<double> nmse(const checkpoints::QuantizedLinear& linear,
                    const checkpoints::QuantizedCheckpoint& source) {
    FP4_TRY_ASSIGN(const auto wanted,
                   checkpoints::read_weights(source.files(), linear.name + ".weight",
                                             {linear.weight.rows, linear.weight.k}));
    std::vector<Fp32> values(wanted.size());
    FP4_TRY(dequantize_tensor_fast(linear.weight, values, linear.name));
    double error = 0, square = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        const double w = wanted[i], difference = static_cast<double>(values[i].to_float()) - w;
        error += difference * difference;
        square += w * w;
    }
    return error / square;
}

Outcome inspect(const InspectOptions& options) {
    FP4_TRY_ASSIGN(auto checkpoint, checkpoints::QuantizedCheckpoint::open(options.model));
    std::optional<checkpoints::QuantizedCheckpoint> source;
    if (!options.source.empty()) {
        FP4_TRY_ASSIGN(auto opened, checkpoints::QuantizedCheckpoint::open(options.source));
        if (opened.layout() != checkpoints::Layout::plain)
            return Error{
                ErrorCode::bad_argument,
                fmt::format("--source: expected a checkpoint that is not quantized, found {}",
                            options.source)};
        source = std::move(opened);
    }
    fmt::print("{}  {}  layout {}\n", options.model, checkpoint.model().architecture,
               spec_of(checkpoint.layout()).name);
    for (const auto& warning : checkpoint.warnings()) fmt::print("warning: {}\n", warning);
    for (const auto& tensor : checkpoint.plain_tensors())
        fmt::print("  {:<56} {:<8} [{}]\n", tensor.name, io::spec_of(tensor.dtype).name,
                   fmt::join(tensor.shape, ", "));
    for (size_t i = 0; i < checkpoint.linears().size(); ++i) {
        FP4_TRY_ASSIGN(const auto linear, checkpoint.linear(i));
        const auto [least, largest] = std::ranges::minmax(
            linear.outer_scales(), {}, [](const TensorScale& s) { return s.multiplier.value; });
        fmt::print("  {:<56} {:<8} [{}, {}]  {}", linear.name, spec_of(linear.weight.format).name,
                   linear.weight.rows, linear.weight.k,
                   linear.row_scales.empty()
                       ? fmt::format("tensor scale {:.6g}", least.multiplier.value)
                       : fmt::format("row scales {:.6g} to {:.6g}", least.multiplier.value,
                                     largest.multiplier.value));
        if (linear.input_scale)
            fmt::print("  input {} scale {:.6g}", spec_of(*linear.activations).name,
                       linear.input_scale->multiplier.value);
        if (source) {
            FP4_TRY_ASSIGN(const auto error, nmse(linear, *source));
            fmt::print("  NMSE {:.5f}", error);
        }
        fmt::print("\n");
    }
    for (const auto& linear : checkpoint.foreign()) {
        fmt::print("  {:<56} left alone: {}\n", linear.name, linear.scheme);
        for (const auto& at : linear.tensors)
            fmt::print("    {:<54} {}\n", at.tensor->name, checkpoints::describe(*at.tensor));
    }
    for (const auto& at : checkpoint.kv_cache_scales())
        fmt::print("  {:<56} {}  left alone: KV cache\n", at.tensor->name,
                   checkpoints::describe(*at.tensor));
    return Verdict::pass;
}

} // namespace

void add_convert_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<ConvertOptions>();
    auto* command = app.add_subcommand(
        "convert", "a quantized checkpoint in another layout; bf16 dequantizes it");
    command->add_option("--model", options->model, "quantized folder")->required();
    command->add_option("--layout", options->layout, "compressed-tensors, modelopt, razer or bf16")
        ->required();
    command->add_option("--out", options->out, "new folder")->required();
    command->add_flag(
        "--strict", options->strict,
        "set sign bits of NVFP4 scale bytes and scales of unusual magnitude are errors");
    command->add_flag("--force", options->force, "replace a checkpoint of this program");
    command->callback([options, &run] { run = [options] { return convert(*options); }; });
}

void add_verify_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<VerifyOptions>();
    auto* command = app.add_subcommand(
        "verify", "compare two quantized checkpoints, or one with what an encoder makes of its "
                  "source; exit status 1 where they differ");
    command->add_option("a", options->a, "folder; with --encoder the source")->required();
    command->add_option("b", options->b, "quantized folder")->required();
    command->add_option("--encoder", options->encoder, "the encoder that b should be made with");
    command->add_flag(
        "--strict", options->strict,
        "set sign bits of NVFP4 scale bytes and scales of unusual magnitude are errors");
    command->callback([options, &run] { run = [options] { return verify(*options); }; });
}

void add_inspect_command(CLI::App& app, Run& run) {
    auto options = std::make_shared<InspectOptions>();
    auto* command = app.add_subcommand(
        "inspect", "list a checkpoint's tensors, formats and scales, and the error of each linear");
    command->add_option("model", options->model, "folder")->required();
    command->add_option("--source", options->source,
                        "the checkpoint it was made from: prints each linear's NMSE");
    command->callback([options, &run] { run = [options] { return inspect(*options); }; });
}

} // namespace fp4::quant
