// Packed weights go into a trace as they lie in their checkpoint.
#include <algorithm>
#include <map>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/traces/make_trace.hpp"
#include "fp4/try.hpp"
#include "trace_inputs.hpp"

namespace fp4::traces {
namespace {

using checkpoints::QuantizedLinear;

struct SelectedLinear {
    checkpoints::Linear linear;
    size_t place; // in checkpoint.linears()
};

// What of the selection is quantized, in layer order.
Result<std::vector<SelectedLinear>> select(const checkpoints::QuantizedCheckpoint& checkpoint,
                                           const std::vector<uint64_t>& layers,
                                           const TraceOptions& options) {
    FP4_TRY_ASSIGN(const auto ops, selected_ops(options));
    std::map<std::string_view, size_t> place_of;
    for (size_t i = 0; i < checkpoint.linears().size(); ++i)
        place_of.emplace(checkpoint.linears()[i].name, i);
    std::vector<SelectedLinear> selected;
    for (const uint64_t layer : layers)
        for (const auto op : ops) {
            const auto linear =
                checkpoints::layer_linears(checkpoint.model(), layer)[static_cast<size_t>(op)];
            if (const auto place = place_of.find(linear.module()); place != place_of.end())
                selected.push_back({linear, place->second});
        }
    if (selected.empty())
        return io::expected_found(ErrorCode::bad_argument, io::printable_path(checkpoint.folder()),
                                  "quantized linears among those selected", "none");
    return selected;
}

Status check_format(const QuantizedLinear& linear, const TraceOptions& options) {
    if (!options.weights || options.weights->format == linear.weight.format) return Done{};
    return io::expected_found(ErrorCode::bad_argument, "format of weights",
                              std::string(spec_of(linear.weight.format).name) + ", which " +
                                  io::in_quotes(linear.name) + " is stored in",
                              spec_of(options.weights->format).name);
}

// Of a linear's input: as asked for, as the checkpoint says, or what goes with its weights. The
// operands of one product have the same special values.
OperandFormat input_format(const QuantizedLinear& linear, const TraceOptions& options) {
    if (options.activations) return {options.activations->format, linear.weight.specials};
    const bool special = spec_of(linear.weight.format).has_specials();
    const Format otherwise = special ? default_activations.format : linear.weight.format;
    return {linear.activations.value_or(otherwise), linear.weight.specials};
}

// The checkpoint's static scale, where captured values were calibrated for it.
std::optional<TensorScale> input_scale(const QuantizedLinear& linear, const OperandFormat& format,
                                       const CapturedActivations* activations) {
    const bool meant = activations && linear.activations == format.format;
    return meant ? linear.input_scale : std::nullopt;
}

} // namespace

Result<Trace> make_packed_trace(checkpoints::QuantizedCheckpoint& checkpoint,
                                const CapturedActivations* activations,
                                const TraceOptions& options) {
    if (options.tokens == 0)
        return io::expected_found(ErrorCode::bad_argument, "tokens", "at least 1", "0");
    FP4_TRY_ASSIGN(auto layers, selected_layers(options, checkpoint.model().num_hidden_layers));
    FP4_TRY_ASSIGN(const auto selected, select(checkpoint, layers, options));
    TraceBuilder builder(checkpoint.model().name, std::move(layers),
                         activations ? Source::packed_checkpoint
                                     : Source::packed_checkpoint_synthetic_activations,
                         options);
    std::string_view weight_encoder = "stored", input_encoder;
    for (const auto& [linear, place] : selected) {
        const auto name = op_name(builder.trace(), linear.layer, name_of(linear.op));
        if (options.on_op) options.on_op(name, builder.trace().ops.size(), selected.size());
        FP4_TRY_ASSIGN(auto stored, checkpoint.linear(place));
        FP4_TRY(check_format(stored, options));
        const auto format = input_format(stored, options);
        FP4_TRY_ASSIGN(auto values, input_of(linear, activations, options));
        FP4_TRY_ASSIGN(auto input, encode_input(std::move(values), format, linear.k,
                                                input_scale(stored, format, activations), options,
                                                "activations of " + name));
        if (stored.encoder) weight_encoder = spec_of(*stored.encoder).name;
        input_encoder = encoder_name(format.format);
        builder.add(name, std::move(input), {std::move(stored.weight)});
    }
    return std::move(builder).finish(weight_encoder, input_encoder);
}

} // namespace fp4::traces
