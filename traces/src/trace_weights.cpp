#include "trace_weights.hpp"

#include "fp4/encode/encode.hpp"
#include "fp4/encode/encode_fast.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"
#include "trace_inputs.hpp"

namespace fp4::traces {

Status check_tokens(const TraceOptions& options) {
    if (options.tokens > 0) return Done{};
    return Error{ErrorCode::bad_argument, "tokens: expected at least 1, found 0"};
}

Result<SourcedOperand> encode_weight(WeightValues weight, uint64_t n, uint64_t k,
                                     const TraceOptions& options, const std::string& name) {
    const auto format = options.weights.value_or(default_weights);
    FP4_TRY(check_blocks(k, format, name));
    EncodeOptions encoding{.format = format.format, .specials = format.specials};
    if (const auto encoder = default_encoder(format.format); encoder && weight.group_amax)
        encoding.tensor_scale = tensor_scale_of(*encoder, format.format, *weight.group_amax);
    FP4_TRY_ASSIGN(auto packed, encode_fast(weight.values, n, k, encoding, name));
    return SourcedOperand{std::move(packed), std::move(weight.values)};
}

Result<Trace> make_encoded_trace(const checkpoints::ModelConfig& model, Source source,
                                 const CapturedActivations* activations, const ReadWeights& read,
                                 const TraceOptions& options) {
    FP4_TRY(check_tokens(options));
    FP4_TRY_ASSIGN(const auto layers, selected_layers(options, model.num_hidden_layers));
    FP4_TRY_ASSIGN(const auto ops, selected_ops(options));
    const auto a_format = options.activations.value_or(default_activations),
               b_format = options.weights.value_or(default_weights);
    TraceBuilder builder(model.name, layers, source, options);
    for (const uint64_t layer : layers) {
        const auto linears = checkpoints::layer_linears(model, layer);
        for (const auto op : ops) {
            const auto& linear = linears[static_cast<size_t>(op)];
            const auto name = op_name(builder.trace(), layer, name_of(op));
            if (options.on_op)
                options.on_op(name, builder.trace().ops.size(), layers.size() * ops.size());
            FP4_TRY_ASSIGN(auto input, input_of(linear, activations, options));
            FP4_TRY_ASSIGN(auto a, encode_input(std::move(input), a_format, linear.k, {}, options,
                                                "activations of " + name));
            FP4_TRY_ASSIGN(auto weights, read(linear));
            FP4_TRY_ASSIGN(auto b, encode_weight(std::move(weights), linear.n, linear.k, options,
                                                 io::printable(linear.weight())));
            builder.add(name, std::move(a), std::move(b));
        }
    }
    return std::move(builder).finish(encoder_name(b_format.format), encoder_name(a_format.format));
}

} // namespace fp4::traces
