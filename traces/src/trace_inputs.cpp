#include "trace_inputs.hpp"

#include "fp4/encode/encode.hpp"
#include "fp4/encode/encode_fast.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/traces/synthetic.hpp"
#include "fp4/try.hpp"

namespace fp4::traces {
namespace {

// The streams of synthetic activations have had these names from the first trace on.
std::string stream_name(checkpoints::LinearGroup group) {
    using checkpoints::LinearGroup;
    if (group == LinearGroup::qkv) return "attention";
    if (group == LinearGroup::gate_up) return "mlp";
    return std::string(name_of(group));
}

} // namespace

InputValues synthetic_input(const TraceOptions& options, uint64_t layer, std::string_view input,
                            uint64_t k) {
    const auto stream = "layers." + std::to_string(layer) + "." + std::string(input) + "_input";
    return {synthetic_activations(options.seed, stream, options.tokens, k)};
}

Result<InputValues> input_of(const checkpoints::Linear& linear,
                             const CapturedActivations* activations, const TraceOptions& options) {
    const auto group = checkpoints::spec_of(linear.op).group;
    if (!activations) return synthetic_input(options, linear.layer, stream_name(group), linear.k);
    FP4_TRY_ASSIGN(auto captured, activations->input(linear.layer, group, linear.k));
    if (captured.tokens < options.tokens)
        return io::expected_found(ErrorCode::bad_argument, "tokens",
                                  "at most the " + std::to_string(captured.tokens) +
                                      " captured ones",
                                  std::to_string(options.tokens));
    captured.values.resize(options.tokens * linear.k);
    return InputValues{std::move(captured.values), captured.amax};
}

Result<SourcedOperand> encode_input(InputValues input, const OperandFormat& format, uint64_t k,
                                    const std::optional<TensorScale>& scale,
                                    const TraceOptions& options, const std::string& name) {
    FP4_TRY(check_blocks(k, format, name));
    EncodeOptions encoding{
        .format = format.format, .specials = format.specials, .tensor_scale = scale};
    if (!scale && input.calibrated_amax)
        if (const auto encoder = default_encoder(format.format))
            encoding.tensor_scale =
                tensor_scale_of(*encoder, format.format, *input.calibrated_amax);
    FP4_TRY_ASSIGN(auto packed, encode_fast(input.values, options.tokens, k, encoding, name));
    return SourcedOperand{std::move(packed), std::move(input.values)};
}

} // namespace fp4::traces
