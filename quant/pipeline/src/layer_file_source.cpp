#include "fp4/quant/pipeline/layer_file_source.hpp"

#include <cstring>
#include <map>

#include "fp4/checkpoints/linears.hpp"
#include "fp4/quant/model/layer_vectors.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

constexpr size_t linears_per_layer = linear_ops.size();

// A norm or bias in the type that its model stores it in: folded ones are bfloat16 values.
Result<std::vector<std::byte>> stored(const Tensor& vector, const io::TensorSpec& spec) {
    const auto type = spec.dtype == io::Dtype::bf16 ? torch::kBFloat16 : torch::kFloat;
    if (spec.dtype != io::Dtype::bf16 && spec.dtype != io::Dtype::f32)
        return Error{
            ErrorCode::bad_file,
            io::in_quotes(spec.name) +
                ": expected a BF16 or F32 vector to fold factors into, found another type"};
    const auto values = vector.to(type).contiguous();
    const auto* bytes = static_cast<const std::byte*>(values.data_ptr());
    return std::vector<std::byte>(bytes, bytes + values.numel() * values.element_size());
}

} // namespace

Result<LayerFileSource> LayerFileSource::open(checkpoints::QuantizedCheckpoint plain,
                                              LayerFiles files) {
    LayerFileSource source(std::move(plain), std::move(files));
    const auto& model = source.plain_.model();
    source.linears_ = checkpoints::model_linears(model);
    for (auto& linear : source.linears_)
        linear.has_input_scale = source.files_.scheme.activations.has_value();
    source.remaining_ = checkpoints::RemainingTensors(source.plain_, source.linears_);
    if (!source.files_.own_norms) return source;
    for (size_t layer = 0; layer < model.num_hidden_layers; ++layer) {
        FP4_TRY_ASSIGN(const auto loaded, source.files_.load(layer));
        const auto prefix = checkpoints::layer_prefix(layer);
        for (const auto& vector : vectors(loaded.plain))
            for (const auto& spec : source.remaining_.specs())
                if (vector.values->defined() && spec.name == prefix + vector.tensor) {
                    FP4_TRY_ASSIGN(auto bytes, stored(*vector.values, spec));
                    source.vectors_.emplace(spec.name, std::move(bytes));
                }
    }
    return source;
}

Status LayerFileSource::read_plain(size_t i, uint64_t offset, std::span<std::byte> bytes) const {
    const auto folded =
        i < remaining_.specs().size() ? vectors_.find(remaining_.specs()[i].name) : vectors_.end();
    if (folded == vectors_.end()) return remaining_.read(plain_, i, offset, bytes);
    if (offset > folded->second.size() || bytes.size() > folded->second.size() - offset)
        return Error{ErrorCode::bad_argument, io::in_quotes(folded->first) + ": expected at most " +
                                                  std::to_string(folded->second.size()) + " bytes"};
    std::memcpy(bytes.data(), folded->second.data() + offset, bytes.size());
    return Done{};
}

Result<checkpoints::QuantizedLinear> LayerFileSource::linear(size_t i) {
    if (i >= linears_.size())
        return Error{ErrorCode::bad_argument, "linears: expected a number below " +
                                                  std::to_string(linears_.size()) + ", found " +
                                                  std::to_string(i)};
    const size_t layer = i / linears_per_layer;
    if (loaded_ != layer) {
        FP4_TRY_ASSIGN(layer_, files_.load(layer));
        loaded_ = layer;
    }
    const auto op = linear_ops[i % linears_per_layer];
    const auto group = static_cast<size_t>(checkpoints::spec_of(op).group);
    const auto& packed = layer_.linears[static_cast<size_t>(op)];
    const auto& scale = layer_.weight_scale[group];
    if (!packed || !scale || packed->rows != linears_[i].rows || packed->k != linears_[i].k)
        return Error{ErrorCode::bad_file, io::printable_path(files_.path(layer)) + ": linear " +
                                              std::string(name_of(op)) +
                                              ": expected the model's shape"};
    const auto kind = spec_of(files_.scheme.weights->encoder).tensor_scale.kind;
    checkpoints::QuantizedLinear out{
        .name = linears_[i].name,
        .weight = *packed,
        .scale = *scale,
        .exact = kind == TensorScaleKind::divisor ? kind : TensorScaleKind::multiplier,
        .encoder = files_.scheme.weights->encoder,
        .e3m3_max = files_.scheme.e3m3_max};
    if (files_.scheme.activations) {
        out.activations = files_.scheme.activations->format;
        out.input_scale = layer_.input_scale[group];
    }
    return out;
}

} // namespace fp4::quant
