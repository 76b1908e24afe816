#include <algorithm>
#include <map>

#include "fp4/checkpoints/weights.hpp"
#include "fp4/encode.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/traces/make_trace.hpp"
#include "fp4/try.hpp"
#include "trace_inputs.hpp"
#include "trace_weights.hpp"

namespace fp4::traces {
namespace {

std::string text_of(const std::vector<uint64_t>& shape) {
    std::string text;
    for (const uint64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
    return "[" + text + "]";
}

Result<std::vector<float>> read_linear(const checkpoints::Checkpoint& checkpoint,
                                       const checkpoints::Linear& linear) {
    const auto tensor = "tensor " + io::in_quotes(linear.weight());
    const auto found = checkpoint.find(linear.weight());
    if (!found)
        return io::expected_found(ErrorCode::bad_file, checkpoint.config().name + ": " + tensor,
                                  "it in this checkpoint", "nothing");
    const std::vector<uint64_t> wanted{linear.n, linear.k};
    if (found->tensor->shape != wanted)
        return io::expected_found(
            ErrorCode::bad_shape, io::printable_path(found->file->path()) + ": " + tensor,
            "shape " + text_of(wanted) + " from config.json", text_of(found->tensor->shape));
    return checkpoints::read_weights(*found->file, *found->tensor);
}

// The largest magnitudes of fused groups, each computed once.
class GroupAmax {
  public:
    explicit GroupAmax(const checkpoints::Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

    Result<float> of(const checkpoints::Linear& linear) {
        const std::pair key{linear.layer, checkpoints::spec_of(linear.op).group};
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        float largest = 0;
        const auto linears = checkpoints::layer_linears(checkpoint_.config(), linear.layer);
        for (const auto op : checkpoints::members(key.second)) {
            const auto& member = linears[static_cast<size_t>(op)];
            FP4_TRY_ASSIGN(const auto values, read_linear(checkpoint_, member));
            FP4_TRY_ASSIGN(const auto amax,
                           finite_amax(values, member.k, io::printable(member.weight())));
            largest = std::max(largest, amax);
        }
        return known_.emplace(key, largest).first->second;
    }

  private:
    const checkpoints::Checkpoint& checkpoint_;
    std::map<std::pair<uint64_t, checkpoints::LinearGroup>, float> known_;
};

} // namespace

Result<Trace> make_plain_trace(const checkpoints::Checkpoint& checkpoint,
                               const CapturedActivations* activations,
                               const TraceOptions& options) {
    GroupAmax group_amax(checkpoint);
    const auto read = [&](const checkpoints::Linear& linear) -> Result<WeightValues> {
        FP4_TRY_ASSIGN(auto values, read_linear(checkpoint, linear));
        if (!activations) return WeightValues{std::move(values)};
        FP4_TRY_ASSIGN(const auto amax, group_amax.of(linear));
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
                                  io::printable(info->dtype_name) + " " + text_of(info->shape));
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
