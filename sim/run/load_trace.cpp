#include "load_trace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fp4/checkpoints/folder_layout.hpp"
#include "fp4/traces/make_trace.hpp"
#include "fp4/traces/recipe.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

bool looks_like_file(const std::string& trace) {
    return trace.find('/') != std::string::npos || trace.ends_with(".safetensors");
}

Error unused(std::string_view flag, std::string_view why) {
    return {ErrorCode::bad_argument, fmt::format("{}: {}", flag, why)};
}

// A finished trace: only a choice of ops can still be made.
Result<NamedTrace> from_file(const Options& options) {
    for (const auto& [given, flag] : {std::pair{options.format.has_value(), "--format"},
                                      {options.tokens.has_value(), "--tokens"},
                                      {options.layers_given(), "--layer"},
                                      {options.specials.has_value(), "--v1-halves, --v2-halves"}})
        if (given) return unused(flag, "not used with a trace file, which has its own");
    FP4_TRY_ASSIGN(auto trace, traces::read_trace(options.trace));
    for (const std::string& name : options.ops)
        if (std::ranges::none_of(trace.ops, [&](const auto& op) { return op.name == name; }))
            return Error{ErrorCode::unknown_name,
                         fmt::format("{}: --ops: no op called {}", options.trace, name)};
    if (!options.ops.empty())
        std::erase_if(trace.ops, [&](const auto& op) {
            return std::ranges::find(options.ops, op.name) == options.ops.end();
        });
    return NamedTrace{options.trace, std::move(trace)};
}

// A folder, packed or plain, with captured activations or synthetic ones.
Result<traces::Trace> from_folder(const Options& options, const std::filesystem::path& folder,
                                  const std::filesystem::path& activations,
                                  const traces::TraceOptions& make) {
    FP4_TRY_ASSIGN(const auto layout, checkpoints::folder_layout(folder));
    std::optional<traces::CapturedActivations> captured;
    if (!activations.empty()) {
        FP4_TRY_ASSIGN(auto opened, traces::CapturedActivations::open(activations));
        captured.emplace(std::move(opened));
    }
    const auto* inputs = captured ? &*captured : nullptr;
    if (layout == checkpoints::Layout::plain) {
        FP4_TRY_ASSIGN(const auto checkpoint, checkpoints::Checkpoint::open(folder));
        return traces::make_plain_trace(checkpoint, inputs, make);
    }
    if (options.specials)
        return unused("--v1-halves, --v2-halves",
                      "not used with a packed checkpoint, which has its own");
    FP4_TRY_ASSIGN(auto checkpoint, checkpoints::QuantizedCheckpoint::open(folder));
    for (const auto& warning : checkpoint.warnings())
        fmt::print(stderr, "simrun: warning: {}\n", warning);
    return traces::make_packed_trace(checkpoint, inputs, make);
}

Result<NamedTrace> from_recipe(const Options& options, const ProgramFiles& files,
                               traces::TraceOptions& make) {
    FP4_TRY_ASSIGN(const auto recipes, traces::list_recipes(files.recipes));
    const auto recipe = std::ranges::find(recipes, options.trace, &traces::Recipe::name);
    if (recipe == recipes.end()) {
        std::string known;
        for (const auto& each : recipes) known += (known.empty() ? "" : ", ") + each.name;
        return Error{ErrorCode::unknown_name,
                     fmt::format("--trace: no trace called {}; known: {} (or a trace file)",
                                 options.trace, known)};
    }
    if (options.layers_given())
        return unused("--layer", "goes with --checkpoint; a named trace has its own layer");
    make.tokens = options.tokens.value_or(recipe->tokens);
    make.layers.clear();
    if (recipe->layer) make.layers = {*recipe->layer};
    if (recipe->checkpoint.empty()) {
        FP4_TRY_ASSIGN(auto trace, traces::make_synthetic_trace(*recipe, make));
        return NamedTrace{options.trace, std::move(trace)};
    }
    const auto folder = files.models / recipe->checkpoint;
    FP4_TRY_ASSIGN(auto trace,
                   from_folder(options, folder, folder / traces::captured_file_name, make));
    return NamedTrace{options.trace, std::move(trace)};
}

std::optional<OperandFormat> with_specials(const std::optional<Format>& format, Format otherwise,
                                           const std::optional<Specials>& specials) {
    if (!format && !specials) return std::nullopt;
    return OperandFormat{format.value_or(otherwise), specials.value_or(Specials{})};
}

} // namespace

Result<NamedTrace>
load_trace(const Options& options, const ProgramFiles& files,
           const std::function<void(std::string_view op, size_t index, size_t count)>& on_op) {
    traces::TraceOptions make{
        .weights =
            with_specials(options.weight_format, traces::default_weights.format, options.specials),
        .activations = with_specials(options.activation_format, traces::default_activations.format,
                                     options.specials),
        .tokens = options.tokens.value_or(16),
        .seed = options.seed.value_or(0),
        .ops = options.ops,
        .layers = options.layers,
        .on_op = on_op};
    if (!options.checkpoint.empty()) {
        if (options.layers.empty() && !options.all_layers) make.layers = {0};
        FP4_TRY_ASSIGN(auto trace,
                       from_folder(options, options.checkpoint, options.activations, make));
        return NamedTrace{options.checkpoint, std::move(trace)};
    }
    if (!options.weights.empty()) {
        if (!options.layers.empty() || options.all_layers)
            return unused("--layer", "goes with --checkpoint");
        FP4_TRY_ASSIGN(const auto file, io::SafetensorsFile::open(options.weights));
        FP4_TRY_ASSIGN(auto trace, traces::make_weight_trace(file, options.tensor, make));
        return NamedTrace{options.weights, std::move(trace)};
    }
    return looks_like_file(options.trace) ? from_file(options) : from_recipe(options, files, make);
}

} // namespace fp4::sim
