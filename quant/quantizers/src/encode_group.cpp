#include "fp4/quant/quantizers/encode_group.hpp"

#include <algorithm>

#include "fp4/encode_fast.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

std::span<const float> values_of(const Tensor& x) {
    return {x.data_ptr<float>(), static_cast<size_t>(x.numel())};
}

} // namespace

EncodeOptions encode_options(const Side& side, const Scheme& scheme,
                             std::optional<TensorScale> tensor_scale) {
    return {.format = side.format,
            .encoder = side.encoder,
            .specials = scheme.specials,
            .e3m3_max = scheme.e3m3_max,
            .tensor_scale = tensor_scale};
}

Result<PackedTensor> encode_matrix(const Tensor& x, const EncodeOptions& options,
                                   std::string_view name) {
    const Tensor values = x.to(torch::kCPU).contiguous();
    const int64_t k = values.size(-1);
    return encode_fast(values_of(values), k ? static_cast<uint64_t>(values.numel() / k) : 0,
                       static_cast<uint64_t>(k), options, name, {.threads = 0});
}

Result<TensorScale> joint_scale(std::span<const Tensor> tensors, const Side& side,
                                const Scheme& scheme) {
    float largest = 0;
    for (const Tensor& tensor : tensors) {
        const Tensor values = tensor.to(torch::kCPU).contiguous();
        FP4_TRY_ASSIGN(const auto amax, finite_amax_fast(values_of(values),
                                                         static_cast<uint64_t>(
                                                             std::max<int64_t>(values.size(-1), 1)),
                                                         "joint scale", {.threads = 0}));
        largest = std::max(largest, amax);
    }
    return tensor_scale_of(side.encoder, side.format, largest, scheme.e3m3_max);
}

Result<EncodedGroup> encode_group(std::span<const Tensor> weights, const Side& side,
                                  const Scheme& scheme) {
    // Also refuses an encoder that does not make the format, before its scale is asked for.
    FP4_TRY(block_encoder(encode_options(side, scheme), "group"));
    EncodedGroup group;
    for (size_t i = 0; i < weights.size(); ++i) {
        FP4_TRY_ASSIGN(
            const auto scale,
            i > 0 && !scheme.own_scale_per_tensor
                ? Result<TensorScale>(group.scales[0])
                : joint_scale(scheme.own_scale_per_tensor ? weights.subspan(i, 1) : weights, side,
                              scheme));
        FP4_TRY_ASSIGN(auto member, encode_matrix(weights[i], encode_options(side, scheme, scale),
                                                  "group member " + std::to_string(i)));
        group.members.push_back(std::move(member));
        group.scales.push_back(scale);
    }
    return group;
}

} // namespace fp4::quant
