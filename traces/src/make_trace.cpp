#include "fp4/traces/make_trace.hpp"

#include <algorithm>
#include <map>

#include "fp4/encode.hpp"
#include "fp4/traces/captured.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/sha256.hpp"
#include "fp4/traces/synthetic.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::traces {
namespace {

struct Operand {
    std::vector<float> values;
    std::optional<float> amax{}; // that the tensor scale stands for; none: that of the values
};
using ReadOperand = std::function<Result<Operand>(const checkpoints::Linear&)>;

// Linears that read the same tensor in the model read the same synthetic activations here.
std::string activation_name(const checkpoints::Linear& linear, uint64_t layer) {
    const std::string prefix = "layers." + std::to_string(layer) + ".",
                      group = input_group(linear.op);
    return prefix +
           (group == "qkv"       ? "attention"
            : group == "gate_up" ? "mlp"
                                 : linear.op) +
           "_input";
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

Result<std::vector<checkpoints::Linear>> selected(const std::vector<checkpoints::Linear>& linears,
                                                  const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (std::ranges::none_of(
                linears, [&](const checkpoints::Linear& linear) { return linear.op == name; })) {
            std::string known;
            for (const checkpoints::Linear& linear : linears)
                known += (known.empty() ? "" : ", ") + linear.op;
            return Error{ErrorCode::unknown_name,
                         "op " + io::in_quotes(name) + ": expected one of " + known};
        }
    std::vector<checkpoints::Linear> out;
    for (const checkpoints::Linear& linear : linears)
        if (names.empty() || std::ranges::find(names, linear.op) != names.end())
            out.push_back(linear);
    return out;
}

Status check_k(const checkpoints::Linear& linear, const TraceOptions& options) {
    const int block = std::max(spec_of(options.weights).block, spec_of(options.activations).block);
    if (linear.k % static_cast<uint64_t>(block) == 0) return Done{};
    return Error{ErrorCode::bad_shape, io::in_quotes(linear.tensor) +
                                           ": K: expected a multiple of " + std::to_string(block) +
                                           ", found " + std::to_string(linear.k)};
}

Result<PackedTensor> encode_operand(const Operand& operand, Format format, uint64_t rows,
                                    uint64_t k, const TraceOptions& options,
                                    const std::string& name) {
    EncodeOptions encoding{.format = format, .specials = options.specials};
    if (operand.amax && default_encoder(format))
        encoding.tensor_scale = tensor_scale_of(*default_encoder(format), format, *operand.amax);
    return encode(operand.values, rows, k, encoding, name);
}

ReadOperand synthetic_inputs(uint64_t layer, const TraceOptions& options) {
    return [layer, &options](const checkpoints::Linear& linear) -> Result<Operand> {
        return Operand{synthetic_activations(options.seed, activation_name(linear, layer),
                                             options.tokens, linear.k)};
    };
}

Result<Trace> make_trace(std::string model, uint64_t layer, Source source,
                         const std::vector<checkpoints::Linear>& all_linears,
                         const ReadOperand& read_activations,
                         const ReadOperand& read_linear_weights, const TraceOptions& options) {
    if (options.tokens == 0)
        return Error{ErrorCode::bad_argument, "tokens: expected at least 1, found 0"};
    FP4_TRY_ASSIGN(const auto linears, selected(all_linears, options.ops));

    const auto encoder_name = [](Format format) {
        const auto encoder = default_encoder(format);
        return encoder ? spec_of(*encoder).name : std::string_view("none");
    };
    const auto weight_encoder = encoder_name(options.weights),
               activation_encoder = encoder_name(options.activations);
    Trace trace = empty_trace(std::move(model), layer, source, options);
    trace.encoder =
        std::string(weight_encoder) +
        (weight_encoder == activation_encoder ? "" : ":" + std::string(activation_encoder));
    io::Sha256 sha256;
    for (const checkpoints::Linear& linear : linears) {
        if (options.on_op) options.on_op(linear.op, trace.ops.size(), linears.size());
        FP4_TRY(check_k(linear, options));
        FP4_TRY_ASSIGN(const auto activations, read_activations(linear));
        FP4_TRY_ASSIGN(const auto weights, read_linear_weights(linear));
        FP4_TRY_ASSIGN(auto a, encode_operand(activations, options.activations, options.tokens,
                                              linear.k, options, "activations of " + linear.op));
        FP4_TRY_ASSIGN(auto b, encode_operand(weights, options.weights, linear.n, linear.k, options,
                                              io::printable(linear.tensor)));
        sha256.update(std::as_bytes(std::span(activations.values)));
        sha256.update(std::as_bytes(std::span(weights.values)));
        trace.ops.push_back({linear.op, std::move(a), std::move(b), {}, {}});
    }
    trace.source_sha256 = sha256.hex_digest();
    return trace;
}

// A tensor as float weights of exactly this shape.
Result<std::vector<float>> read_linear(const io::SafetensorsFile& file, const io::TensorInfo& info,
                                       const checkpoints::Linear& linear) {
    if (info.shape.size() != 2 || info.shape[0] != linear.n || info.shape[1] != linear.k) {
        std::string found;
        for (uint64_t extent : info.shape)
            found += (found.empty() ? "" : ", ") + std::to_string(extent);
        return Error{ErrorCode::bad_shape,
                     io::printable_path(file.path()) + ": tensor " + io::in_quotes(linear.tensor) +
                         ": expected shape [" + std::to_string(linear.n) + ", " +
                         std::to_string(linear.k) + "] from config.json, found [" + found + "]"};
    }
    return checkpoints::read_weights(file, info);
}

Result<Operand> read_checkpoint_linear(const checkpoints::Checkpoint& checkpoint,
                                       const checkpoints::Linear& linear) {
    const auto found = checkpoint.find(linear.tensor);
    if (!found)
        return Error{ErrorCode::bad_file, checkpoint.config().name + ": tensor " +
                                              io::in_quotes(linear.tensor) +
                                              ": expected in this checkpoint, found nothing"};
    FP4_TRY_ASSIGN(auto values, read_linear(*found->file, *found->tensor, linear));
    return Operand{std::move(values)};
}

Status check_layer(const checkpoints::Checkpoint& checkpoint, uint64_t layer) {
    if (layer < checkpoint.config().num_hidden_layers) return Done{};
    return Error{ErrorCode::bad_argument,
                 "layer: expected 0 to " +
                     std::to_string(checkpoint.config().num_hidden_layers - 1) + ", found " +
                     std::to_string(layer)};
}

// Operands that never were numbers: their bits are their source.
Result<Trace> make_uniform_trace(const Recipe& recipe, const TraceOptions& options) {
    std::vector<checkpoints::Linear> all;
    for (const RecipeOp& op : recipe.uniform_ops) all.push_back({op.name, op.name, op.n, op.k});
    FP4_TRY_ASSIGN(const auto linears, selected(all, options.ops));
    Trace trace = empty_trace("uniform bits", 0, Source::synthetic, options);
    trace.encoder = "none";
    io::Sha256 sha256;
    for (const checkpoints::Linear& linear : linears) {
        FP4_TRY(check_k(linear, options));
        TraceOp op{linear.op,
                   uniform_operand(options.seed, linear.op + ".a", options.activations,
                                   options.specials, options.tokens, linear.k),
                   uniform_operand(options.seed, linear.op + ".b", options.weights,
                                   options.specials, linear.n, linear.k),
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
    const auto read = [&](const checkpoints::Linear& linear) -> Result<Operand> {
        return Operand{synthetic_weights(options.seed, linear.tensor, linear.n, linear.k)};
    };
    return make_trace(recipe.model.name, recipe.layer, Source::synthetic,
                      checkpoints::layer_linears(recipe.model, static_cast<int>(recipe.layer)),
                      synthetic_inputs(recipe.layer, options), read, options);
}

Result<Trace> make_checkpoint_trace(const checkpoints::Checkpoint& checkpoint, uint64_t layer,
                                    const TraceOptions& options) {
    FP4_TRY(check_layer(checkpoint, layer));
    const auto read = [&](const checkpoints::Linear& linear) {
        return read_checkpoint_linear(checkpoint, linear);
    };
    return make_trace(checkpoint.config().name, layer, Source::checkpoint_synthetic_activations,
                      checkpoints::layer_linears(checkpoint.config(), layer),
                      synthetic_inputs(layer, options), read, options);
}

Result<Trace> make_captured_trace(const checkpoints::Checkpoint& checkpoint,
                                  const CapturedActivations& activations, uint64_t layer,
                                  const TraceOptions& options) {
    FP4_TRY(check_layer(checkpoint, layer));
    const auto linears = checkpoints::layer_linears(checkpoint.config(), layer);
    std::map<std::string, float> group_amax;
    for (const checkpoints::Linear& linear : linears) {
        FP4_TRY_ASSIGN(const auto weights, read_checkpoint_linear(checkpoint, linear));
        FP4_TRY_ASSIGN(const auto amax,
                       finite_amax(weights.values, linear.k, io::printable(linear.tensor)));
        float& largest = group_amax[input_group(linear.op)];
        largest = std::max(largest, amax);
    }
    const auto read_linear_weights = [&](const checkpoints::Linear& linear) {
        auto operand = read_checkpoint_linear(checkpoint, linear);
        if (operand) operand->amax = group_amax[input_group(linear.op)];
        return operand;
    };
    const auto read_activations = [&](const checkpoints::Linear& linear) -> Result<Operand> {
        FP4_TRY_ASSIGN(auto input, activations.input(layer, input_group(linear.op), linear.k));
        if (input.tokens < options.tokens)
            return Error{ErrorCode::bad_argument,
                         "tokens: expected at most the " + std::to_string(input.tokens) +
                             " captured ones, found " + std::to_string(options.tokens)};
        input.values.resize(options.tokens * linear.k);
        return Operand{std::move(input.values), input.amax};
    };
    return make_trace(checkpoint.config().name, layer, Source::checkpoint, linears,
                      read_activations, read_linear_weights, options);
}

Result<Trace> make_weight_trace(const io::SafetensorsFile& file, const std::string& tensor,
                                const TraceOptions& options) {
    const io::TensorInfo* info = file.find(tensor);
    if (!info)
        return Error{ErrorCode::unknown_name, io::printable_path(file.path()) + ": tensor " +
                                                  io::in_quotes(tensor) +
                                                  ": expected in this file, found nothing"};
    if (info->shape.size() != 2 || info->shape[0] == 0 || info->shape[1] == 0)
        return Error{ErrorCode::bad_shape, io::printable_path(file.path()) + ": tensor " +
                                               io::in_quotes(tensor) +
                                               ": expected a matrix [N, K], found rank " +
                                               std::to_string(info->shape.size())};
    const std::vector<checkpoints::Linear> linears{
        {"weight", tensor, info->shape[0], info->shape[1]}};
    const auto read = [&](const checkpoints::Linear&) -> Result<Operand> {
        FP4_TRY_ASSIGN(auto values, checkpoints::read_weights(file, *info));
        return Operand{std::move(values)};
    };
    return make_trace(file.path().filename().string(), 0, Source::checkpoint_synthetic_activations,
                      linears, synthetic_inputs(0, options), read, options);
}

} // namespace fp4::traces
