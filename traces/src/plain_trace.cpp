#include "fp4/checkpoints/group_amax.hpp"
#include "fp4/checkpoints/tensor_text.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/encode/encode.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/traces/make_trace.hpp"
#include "fp4/try.hpp"
#include "trace_inputs.hpp"
#include "trace_weights.hpp"

namespace fp4::traces {
Result<Trace> make_plain_trace(const checkpoints::Checkpoint& checkpoint,
                               const CapturedActivations* activations,
                               const TraceOptions& options) {
    checkpoints::GroupAmax group_amax(checkpoint);
    const auto read = [&](const checkpoints::Linear& linear) -> Result<WeightValues> {
        FP4_TRY_ASSIGN(auto values, checkpoints::read_weights(checkpoint, linear.weight(),
                                                              {linear.n, linear.k}));
        if (!activations) return WeightValues{std::move(values)};
        FP4_TRY_ASSIGN(const auto amax, group_amax.of(linear, values));
        return WeightValues{std::move(values), amax};
    };
    return make_encoded_trace(checkpoint.config(),
                              activations ? Source::checkpoint
                                          : Source::checkpoint_synthetic_activations,
                              activations, read, options);
}

Result<Trace> make_weight_trace(const io::SafetensorsFile& file, const std::string& tensor,
                                const TraceOptions& options) {
    FP4_TRY(check_tokens(options));
    const auto where = io::printable_path(file.path()) + ": tensor " + io::in_quotes(tensor);
    const io::TensorInfo* info = file.find(tensor);
    if (!info)
        return io::expected_found(ErrorCode::unknown_name, where, "it in this file", "nothing");
    if (info->shape.size() != 2 || info->shape[0] == 0 || info->shape[1] == 0)
        return io::expected_found(ErrorCode::bad_shape, where, "a matrix [N, K] that is not empty",
                                  checkpoints::describe(*info));
    const std::string op = "weight";
    FP4_TRY(check_names(options.ops, {op}));
    const uint64_t n = info->shape[0], k = info->shape[1];
    const auto a_format = options.activations.value_or(default_activations);
    if (options.on_op) options.on_op(op, 0, 1);
    FP4_TRY_ASSIGN(auto a, encode_input(synthetic_input(options, 0, op, k), a_format, k, {},
                                        options, "activations of " + op));
    FP4_TRY_ASSIGN(auto values, checkpoints::read_weights(file, *info));
    FP4_TRY_ASSIGN(auto b,
                   encode_weight({std::move(values)}, n, k, options, io::printable(tensor)));
    TraceBuilder builder(file.path().filename().string(), {0},
                         Source::checkpoint_synthetic_activations, options);
    builder.add(op, std::move(a), std::move(b));
    return std::move(builder).finish(encoder_name(options.weights.value_or(default_weights).format),
                                     encoder_name(a_format.format));
}

} // namespace fp4::traces
