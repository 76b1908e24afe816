#include "fp4/traces/make_trace.hpp"

#include <algorithm>

#include "fp4/encode.hpp"
#include "fp4/traces/layer_linears.hpp"
#include "fp4/traces/sha256.hpp"
#include "fp4/traces/synthetic.hpp"
#include "fp4/traces/weights.hpp"
#include "fp4/traces/message.hpp"

namespace fp4::traces {
namespace {

using ReadWeights = std::function<Result<std::vector<float>>(const Linear&)>;

// Linears that read the same tensor in the model read the same synthetic activations here.
std::string activation_name(const Linear& linear, uint64_t layer) {
    const std::string prefix = "layers." + std::to_string(layer) + ".";
    if (linear.op == "q" || linear.op == "k" || linear.op == "v") return prefix + "attention_input";
    if (linear.op == "gate" || linear.op == "up") return prefix + "mlp_input";
    return prefix + linear.op + "_input";
}

Trace empty_trace(std::string model, uint64_t layer, Source source, const TraceOptions& options) {
    return {.model = std::move(model),
            .layer = layer,
            .source = source,
            .source_sha256 = {},
            .a_format = options.activations,
            .b_format = options.weights,
            .specials = options.specials,
            .encoder = {},
            .tokens = options.tokens,
            .seed = options.seed,
            .other_metadata = {},
            .ops = {}};
}

Result<std::vector<Linear>> selected(const std::vector<Linear>& linears, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (std::ranges::none_of(linears, [&](const Linear& linear) { return linear.op == name; })) {
            std::string known;
            for (const Linear& linear : linears) known += (known.empty() ? "" : ", ") + linear.op;
            return Error{ErrorCode::unknown_name, "op " + in_quotes(name) + ": expected one of " + known};
        }
    std::vector<Linear> out;
    for (const Linear& linear : linears)
        if (names.empty() || std::ranges::find(names, linear.op) != names.end()) out.push_back(linear);
    return out;
}

Status check_k(const Linear& linear, const TraceOptions& options) {
    const int block = std::max(spec_of(options.weights).block, spec_of(options.activations).block);
    if (linear.k % static_cast<uint64_t>(block) == 0) return Done{};
    return Error{ErrorCode::bad_shape, in_quotes(linear.tensor) + ": K: expected a multiple of " + std::to_string(block) + ", found " + std::to_string(linear.k)};
}

Result<Trace> make_trace(std::string model, uint64_t layer, Source source, const std::vector<Linear>& all_linears, const ReadWeights& read_weights,
                         const TraceOptions& options) {
    if (options.tokens == 0) return Error{ErrorCode::bad_argument, "tokens: expected at least 1, found 0"};
    const auto linears = selected(all_linears, options.ops);
    if (!linears) return linears.error();

    const auto encoder_name = [](Format format) {
        const auto encoder = default_encoder(format);
        return encoder ? spec_of(*encoder).name : std::string_view("none");
    };
    const auto weight_encoder = encoder_name(options.weights), activation_encoder = encoder_name(options.activations);
    Trace trace = empty_trace(std::move(model), layer, source, options);
    trace.encoder = std::string(weight_encoder) + (weight_encoder == activation_encoder ? "" : ":" + std::string(activation_encoder));
    Sha256 sha256;
    for (const Linear& linear : *linears) {
        if (options.on_op) options.on_op(linear.op, trace.ops.size(), linears->size());
        if (auto status = check_k(linear, options); !status) return status.error();
        const auto activations = synthetic_activations(options.seed, activation_name(linear, layer), options.tokens, linear.k);
        const auto weights = read_weights(linear);
        if (!weights) return weights.error();
        auto a = encode(activations, options.tokens, linear.k, {.format = options.activations, .specials = options.specials}, "activations of " + linear.op);
        if (!a) return a.error();
        auto b = encode(*weights, linear.n, linear.k, {.format = options.weights, .specials = options.specials}, printable(linear.tensor));
        if (!b) return b.error();
        sha256.update(std::as_bytes(std::span(activations)));
        sha256.update(std::as_bytes(std::span(*weights)));
        trace.ops.push_back({linear.op, std::move(*a), std::move(*b), {}, {}});
    }
    trace.source_sha256 = sha256.hex_digest();
    return trace;
}

// A tensor as float weights of exactly this shape.
Result<std::vector<float>> read_linear(const SafetensorsFile& file, const TensorInfo& info, const Linear& linear) {
    if (info.shape.size() != 2 || info.shape[0] != linear.n || info.shape[1] != linear.k) {
        std::string found;
        for (uint64_t extent : info.shape) found += (found.empty() ? "" : ", ") + std::to_string(extent);
        return Error{ErrorCode::bad_shape, printable_path(file.path()) + ": tensor " + in_quotes(linear.tensor) + ": expected shape [" + std::to_string(linear.n) + ", " +
                                               std::to_string(linear.k) + "] from config.json, found [" + found + "]"};
    }
    return read_weights(file, info);
}

// Operands that never were numbers: their bits are their source.
Result<Trace> make_uniform_trace(const Recipe& recipe, const TraceOptions& options) {
    std::vector<Linear> all;
    for (const RecipeOp& op : recipe.uniform_ops) all.push_back({op.name, op.name, op.n, op.k});
    const auto linears = selected(all, options.ops);
    if (!linears) return linears.error();
    Trace trace = empty_trace("uniform bits", 0, Source::synthetic, options);
    trace.encoder = "none";
    Sha256 sha256;
    for (const Linear& linear : *linears) {
        if (auto status = check_k(linear, options); !status) return status.error();
        TraceOp op{linear.op,
                   uniform_operand(options.seed, linear.op + ".a", options.activations, options.specials, options.tokens, linear.k),
                   uniform_operand(options.seed, linear.op + ".b", options.weights, options.specials, linear.n, linear.k),
                   {},
                   {}};
        for (const PackedTensor* t : {&op.a, &op.b}) {
            sha256.update(std::as_bytes(std::span(t->codes)));
            sha256.update(std::as_bytes(std::span(t->scales)));
        }
        trace.ops.push_back(std::move(op));
    }
    trace.source_sha256 = sha256.hex_digest();
    return trace;
}

} // namespace

Result<Trace> make_synthetic_trace(const Recipe& recipe, const TraceOptions& options) {
    if (!recipe.uniform_ops.empty()) return make_uniform_trace(recipe, options);
    const auto read = [&](const Linear& linear) -> Result<std::vector<float>> { return synthetic_weights(options.seed, linear.tensor, linear.n, linear.k); };
    return make_trace(recipe.model.name, recipe.layer, Source::synthetic, layer_linears(recipe.model, static_cast<int>(recipe.layer)), read, options);
}

Result<Trace> make_checkpoint_trace(const Checkpoint& checkpoint, uint64_t layer, const TraceOptions& options) {
    if (layer >= checkpoint.config().num_hidden_layers)
        return Error{ErrorCode::bad_argument, "layer: expected 0 to " + std::to_string(checkpoint.config().num_hidden_layers - 1) + ", found " + std::to_string(layer)};
    const auto read = [&](const Linear& linear) -> Result<std::vector<float>> {
        const auto found = checkpoint.find(linear.tensor);
        if (!found) return Error{ErrorCode::bad_file, checkpoint.config().name + ": tensor " + in_quotes(linear.tensor) + ": expected in this checkpoint, found nothing"};
        return read_linear(*found->file, *found->tensor, linear);
    };
    return make_trace(checkpoint.config().name, layer, Source::checkpoint_synthetic_activations, layer_linears(checkpoint.config(), static_cast<int>(layer)), read,
                      options);
}

Result<Trace> make_weight_trace(const SafetensorsFile& file, const std::string& tensor, const TraceOptions& options) {
    const TensorInfo* info = file.find(tensor);
    if (!info) return Error{ErrorCode::unknown_name, printable_path(file.path()) + ": tensor " + in_quotes(tensor) + ": expected in this file, found nothing"};
    if (info->shape.size() != 2 || info->shape[0] == 0 || info->shape[1] == 0)
        return Error{ErrorCode::bad_shape,
                     printable_path(file.path()) + ": tensor " + in_quotes(tensor) + ": expected a matrix [N, K], found rank " + std::to_string(info->shape.size())};
    const std::vector<Linear> linears{{"weight", tensor, info->shape[0], info->shape[1]}};
    const auto read = [&](const Linear&) { return read_weights(file, *info); };
    return make_trace(file.path().filename().string(), 0, Source::checkpoint_synthetic_activations, linears, read, options);
}

} // namespace fp4::traces
