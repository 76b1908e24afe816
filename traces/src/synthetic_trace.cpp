#include <algorithm>

#include "fp4/traces/make_trace.hpp"
#include "fp4/traces/synthetic.hpp"
#include "fp4/try.hpp"
#include "trace_builder.hpp"
#include "trace_inputs.hpp"
#include "trace_weights.hpp"

namespace fp4::traces {
namespace {

// Operands that never were numbers: their bits are their source.
Result<Trace> make_uniform_trace(const Recipe& recipe, const TraceOptions& options) {
    std::vector<std::string> known;
    for (const RecipeOp& op : recipe.uniform_ops) known.push_back(op.name);
    FP4_TRY(check_names(options.ops, known));
    const auto a_format = options.activations.value_or(default_activations),
               b_format = options.weights.value_or(default_weights);
    TraceBuilder builder("uniform bits", {0}, Source::synthetic, options);
    for (const RecipeOp& op : recipe.uniform_ops) {
        if (!options.ops.empty() && std::ranges::find(options.ops, op.name) == options.ops.end())
            continue;
        FP4_TRY(check_blocks(op.k, a_format, op.name));
        FP4_TRY(check_blocks(op.k, b_format, op.name));
        builder.add(
            op.name,
            {uniform_operand(options.seed, op.name + ".a", a_format, options.tokens, op.k,
                             op.zero_blocks)},
            {uniform_operand(options.seed, op.name + ".b", b_format, op.n, op.k, op.zero_blocks)});
    }
    return std::move(builder).finish("none", "none");
}

} // namespace

Result<Trace> make_synthetic_trace(const Recipe& recipe, const TraceOptions& options) {
    FP4_TRY(check_tokens(options));
    if (!recipe.uniform_ops.empty()) return make_uniform_trace(recipe, options);
    TraceOptions one_layer = options;
    one_layer.layers = {recipe.layer.value_or(0)};
    const auto weights = [&](const checkpoints::Linear& linear) -> Result<WeightValues> {
        return WeightValues{synthetic_weights(options.seed, linear.weight(), linear.n, linear.k)};
    };
    return make_encoded_trace(recipe.model, Source::synthetic, nullptr, weights, one_layer);
}

} // namespace fp4::traces
