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

Status check_storable(const Scheme& scheme, bool transforms) {
    const auto refuse = [](const std::string& found) {
        return Error{ErrorCode::bad_argument,
                     "checkpoint: expected a scheme that its layout can hold, found " + found};
    };
    if (!scheme.weights) return refuse("activations quantized alone");
    if (transforms) return refuse("a Hadamard transform of the linears' inputs");
    if (scheme.own_scale_per_tensor) return refuse("different tensor scales in a fused group");
    if (scheme.activations && scheme.activation_scale != ActivationScale::fixed)
        return refuse("activation scales that are not static");
    return Done{};
}

Result<LayerFileSource> LayerFileSource::open(checkpoints::QuantizedCheckpoint plain,
                                              LayerFiles files) {
    FP4_TRY(check_storable(files.scheme));
    LayerFileSource source(std::move(plain), std::move(files));
    FP4_TRY(source.list_tensors());
    return source;
}

Status LayerFileSource::list_tensors() {
    linears_ = checkpoints::model_linears(plain_.model());
    for (auto& linear : linears_) linear.has_input_scale = files_.scheme.activations.has_value();
    remaining_ = checkpoints::RemainingTensors(plain_, linears_);
    if (!files_.own_norms) return Done{};
    for (size_t layer = 0; layer < plain_.model().num_hidden_layers; ++layer) {
        FP4_TRY(load(layer));
        const auto prefix = checkpoints::layer_prefix(layer);
        for (const auto& vector : vectors(layer_.plain))
            for (const auto& spec : remaining_.specs())
                if (vector.values->defined() && spec.name == prefix + vector.tensor) {
                    FP4_TRY_ASSIGN(auto bytes, stored(*vector.values, spec));
                    vectors_.emplace(spec.name, std::move(bytes));
                }
    }
    return Done{};
}

Status LayerFileSource::load(size_t layer) {
    if (loaded_ == layer) return Done{};
    FP4_TRY_ASSIGN(auto read, files_.load(layer));
    FP4_TRY(check_storable(files_.scheme, read.transforms()));
    layer_ = std::move(read);
    loaded_ = layer;
    return Done{};
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
    FP4_TRY(load(i / linears_per_layer));
    const auto op = linear_ops[i % linears_per_layer];
    const auto group = static_cast<size_t>(checkpoints::spec_of(op).group);
    const auto& packed = layer_.linears[static_cast<size_t>(op)];
    const auto& scale = layer_.weight_scale[group];
    if (!packed || !scale || packed->rows != linears_[i].rows || packed->k != linears_[i].k)
        return Error{ErrorCode::bad_file, io::printable_path(files_.path(i / linears_per_layer)) +
                                              ": linear " + std::string(name_of(op)) +
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
