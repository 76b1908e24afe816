#include "fp4/quant/quantizers/encode_group.hpp"

#include <algorithm>

#include "fp4/encode/encode_fast.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

std::span<const float> values_of(const Tensor& x) {
    return {x.data_ptr<float>(), static_cast<size_t>(x.numel())};
}

// For data of the tensors' joint largest magnitude. Errors: a value that is not finite.
Result<TensorScale> joint_scale(std::span<const Tensor> tensors, const EncodeOptions& options) {
    float largest = 0;
    for (const Tensor& tensor : tensors) {
        const auto k = static_cast<uint64_t>(std::max<int64_t>(tensor.size(-1), 1));
        FP4_TRY_ASSIGN(const auto amax,
                       finite_amax_fast(values_of(tensor), k, "joint scale", {.threads = 0}));
        largest = std::max(largest, amax);
    }
    return tensor_scale_of(*options.encoder, options.format, largest, options.e3m3_max);
}

} // namespace

Result<EncodedGroup> encode_group(std::span<const Tensor> weights, const Side& side,
                                  const Scheme& scheme) {
    EncodeOptions options{.format = side.format,
                          .encoder = side.encoder,
                          .specials = scheme.specials,
                          .e3m3_max = scheme.e3m3_max};
    // Also refuses an encoder that does not make the format, before its scale is asked for.
    FP4_TRY(block_encoder(options, "group"));
    std::vector<Tensor> matrices;
    for (const Tensor& each : weights) matrices.push_back(each.to(torch::kCPU).contiguous());
    EncodedGroup group;
    for (size_t i = 0; i < matrices.size(); ++i) {
        const Tensor& matrix = matrices[i];
        if (i == 0 || scheme.own_scale_per_tensor) {
            const std::span sharing = scheme.own_scale_per_tensor
                                          ? std::span(matrices).subspan(i, 1)
                                          : std::span(matrices);
            FP4_TRY_ASSIGN(options.tensor_scale, joint_scale(sharing, options));
        }
        const int64_t k = matrix.size(-1);
        FP4_TRY_ASSIGN(auto member,
                       encode_fast(values_of(matrix),
                                   k ? static_cast<uint64_t>(matrix.numel() / k) : 0,
                                   static_cast<uint64_t>(k), options,
                                   "group member " + std::to_string(i), {.threads = 0}));
        group.members.push_back(std::move(member));
        group.scales.push_back(*options.tensor_scale);
    }
    return group;
}

} // namespace fp4::quant
