#include "fp4/checkpoints/encoded_model.hpp"

#include <algorithm>

#include "fp4/io/expected_found.hpp"
#include "fp4/encode_fast.hpp"
#include "fp4/checkpoints/fused_groups.hpp"
#include "fp4/checkpoints/linears.hpp"
#include "fp4/io/message.hpp"
#include "fp4/checkpoints/weights.hpp"
#include "fp4/try.hpp"

namespace fp4::checkpoints {

Result<EncodedModel> EncodedModel::create(QuantizedCheckpoint plain, const EncodeOptions& options,
                                          const std::set<std::string>& left_out) {
    const auto where = io::printable_path(plain.folder());
    if (plain.layout() != Layout::plain)
        return io::expected_found(ErrorCode::bad_argument, where,
                                  "a checkpoint that is not quantized",
                                  spec_of(plain.layout()).name);
    if (options.tensor_scale || options.pad != PadPolicy::error ||
        options.nonfinite != NonfinitePolicy::error)
        return io::expected_found(ErrorCode::bad_argument, where,
                                  "neither a tensor scale nor padding nor saturation",
                                  "one of them");
    FP4_TRY_ASSIGN(const auto encoder, block_encoder(options, where));

    EncodedModel model(std::move(plain), options, encoder.encoder());
    for (const auto& linear : model_linears(model.plain_.model()))
        if (!left_out.contains(linear.name)) model.linears_.push_back(linear);
    model.remaining_ = RemainingTensors(model.plain_, model.linears_);
    return model;
}

Status EncodedModel::read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const {
    return remaining_.read(plain_, i, offset, bytes);
}

Result<std::vector<float>> EncodedModel::weights(const std::string& module) const {
    const auto at = plain_.files().find(module + ".weight");
    if (!at)
        return io::expected_found(
            ErrorCode::bad_file, io::printable_path(folder()) + ": module " + io::in_quotes(module),
            "its weight", "no tensor of it");
    return read_weights(*at->file, *at->tensor);
}

Result<float> EncodedModel::group_amax(const std::string& module, std::span<const float> own) {
    const auto group = fused_group(module);
    if (const auto known = amax_of_.find(group.front()); known != amax_of_.end())
        return known->second;
    float amax = amax_of(own);
    for (const auto& member : group) {
        if (member == module) continue;
        FP4_TRY_ASSIGN(const auto others, weights(member));
        amax = std::max(amax, amax_of(others));
    }
    amax_of_.emplace(group.front(), amax);
    return amax;
}

Result<QuantizedLinear> EncodedModel::linear(size_t i) {
    if (i >= linears_.size())
        return io::expected_found(ErrorCode::bad_argument, "linears",
                                  "a number below " + std::to_string(linears_.size()),
                                  std::to_string(i));
    const auto& [name, rows, k, has_input_scale] = linears_[i];
    FP4_TRY_ASSIGN(const auto values, weights(name));
    FP4_TRY_ASSIGN(const auto amax, group_amax(name, values));
    auto options = options_;
    options.tensor_scale = tensor_scale_of(encoder_, options.format, amax, options.e3m3_max);
    FP4_TRY_ASSIGN(auto packed, encode_fast(values, rows, k, options, name));
    const auto kind = spec_of(encoder_).tensor_scale.kind;
    return QuantizedLinear{name,
                           std::move(packed),
                           *options.tensor_scale,
                           kind == TensorScaleKind::divisor ? kind : TensorScaleKind::multiplier,
                           encoder_,
                           options.e3m3_max};
}

} // namespace fp4::checkpoints
