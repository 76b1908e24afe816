#include "load_trace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fp4/traces/captured.hpp"
#include "fp4/traces/make_trace.hpp"
#include "fp4/traces/recipe.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

bool looks_like_file(const std::string& trace) {
    return trace.find('/') != std::string::npos || trace.ends_with(".safetensors");
}

// A finished trace: only a choice of ops can still be made.
Result<NamedTrace> from_file(const Options& options) {
    for (const auto& [given, flag] : {std::pair{options.format.has_value(), "--format"},
                                      {options.tokens.has_value(), "--tokens"},
                                      {options.layer.has_value(), "--layer"},
                                      {options.specials_given, "--v1-halves and --v2-halves"}})
        if (given)
            return Error{ErrorCode::bad_argument,
                         fmt::format("{}: not used with a trace file, which has its own", flag)};
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

Result<traces::Trace> from_shipped_model(const std::filesystem::path& folder,
                                         const traces::TraceOptions& make) {
    FP4_TRY_ASSIGN(const auto checkpoint, checkpoints::Checkpoint::open(folder));
    FP4_TRY_ASSIGN(const auto activations,
                   traces::CapturedActivations::open(folder / traces::captured_file_name));
    return traces::make_plain_trace(checkpoint, &activations, make);
}

Result<NamedTrace> from_recipe(const Options& options, const ProgramFiles& files,
                               traces::TraceOptions& make) {
    FP4_TRY_ASSIGN(auto recipes, traces::list_recipes(files.recipes));
    const auto recipe = std::ranges::find(recipes, options.trace, &traces::Recipe::name);
    if (recipe == recipes.end()) {
        std::string known;
        for (const auto& each : recipes) known += (known.empty() ? "" : ", ") + each.name;
        return Error{ErrorCode::unknown_name,
                     fmt::format("--trace: no trace called {}; known: {} (or a trace file)",
                                 options.trace, known)};
    }
    if (options.layer)
        return Error{ErrorCode::bad_argument,
                     "--layer: goes with --checkpoint; a named trace has its own layer"};
    make.tokens = options.tokens.value_or(recipe->tokens);
    if (recipe->layer) make.layers = {*recipe->layer};
    FP4_TRY_ASSIGN(auto trace, recipe->checkpoint.empty()
                                   ? traces::make_synthetic_trace(*recipe, make)
                                   : from_shipped_model(files.models / recipe->checkpoint, make));
    return NamedTrace{options.trace, std::move(trace)};
}

} // namespace

Result<NamedTrace>
load_trace(const Options& options, const ProgramFiles& files,
           const std::function<void(std::string_view op, size_t index, size_t count)>& on_op) {
    traces::TraceOptions make{.weights = OperandFormat{options.weight_format, options.specials},
                              .activations =
                                  OperandFormat{options.activation_format, options.specials},
                              .tokens = options.tokens.value_or(16),
                              .seed = options.seed.value_or(0),
                              .ops = options.ops,
                              .layers = {},
                              .on_op = on_op};
    if (!options.checkpoint.empty()) {
        FP4_TRY_ASSIGN(const auto checkpoint, checkpoints::Checkpoint::open(options.checkpoint));
        make.layers = {options.layer.value_or(0)};
        FP4_TRY_ASSIGN(auto trace, traces::make_plain_trace(checkpoint, nullptr, make));
        return NamedTrace{options.checkpoint, std::move(trace)};
    }
    if (!options.weights.empty()) {
        if (options.layer) return Error{ErrorCode::bad_argument, "--layer: goes with --checkpoint"};
        FP4_TRY_ASSIGN(const auto file, io::SafetensorsFile::open(options.weights));
        FP4_TRY_ASSIGN(auto trace, traces::make_weight_trace(file, options.tensor, make));
        return NamedTrace{options.weights, std::move(trace)};
    }
    return looks_like_file(options.trace) ? from_file(options) : from_recipe(options, files, make);
}

} // namespace fp4::sim
