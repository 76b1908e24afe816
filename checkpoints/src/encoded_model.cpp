#include "fp4/checkpoints/encoded_model.hpp"

#include "fp4/io/expected_found.hpp"
#include "fp4/encode/encode_fast.hpp"
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
    const auto& config = model.plain_.model();
    for (uint64_t layer = 0; layer < config.num_hidden_layers; ++layer)
        for (const auto& linear : layer_linears(config, layer)) {
            if (left_out.contains(linear.module())) continue;
            model.linears_.push_back({linear.module(), linear.n, linear.k});
            model.places_.push_back(linear);
        }
    model.remaining_ = RemainingTensors(model.plain_, model.linears_);
    return model;
}

Status EncodedModel::read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const {
    return remaining_.read(plain_, i, offset, bytes);
}

Result<QuantizedLinear> EncodedModel::linear(size_t i) {
    if (i >= linears_.size())
        return io::expected_found(ErrorCode::bad_argument, "linears",
                                  "a number below " + std::to_string(linears_.size()),
                                  std::to_string(i));
    const LinearSpec& spec = linears_[i];
    FP4_TRY_ASSIGN(const auto values,
                   read_weights(plain_.files(), places_[i].weight(), {spec.rows, spec.k}));
    FP4_TRY_ASSIGN(const auto amax, group_amax_.of(places_[i], values));
    auto options = options_;
    options.tensor_scale = tensor_scale_of(encoder_, options.format, amax, options.e3m3_max);
    FP4_TRY_ASSIGN(auto packed, encode_fast(values, spec.rows, spec.k, options, spec.name));
    const auto kind = spec_of(encoder_).tensor_scale.kind;
    return QuantizedLinear{spec.name,
                           std::move(packed),
                           *options.tensor_scale,
                           kind == TensorScaleKind::divisor ? kind : TensorScaleKind::multiplier,
                           encoder_,
                           options.e3m3_max};
}

} // namespace fp4::checkpoints
