#include "fp4/quant/quantizers/activations.hpp"

#include <ATen/Parallel.h>

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/encode/encode_fast.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {
namespace {

FastOptions as_many_threads_as_torch() {
    return {.isa = {}, .threads = static_cast<unsigned>(at::get_num_threads())};
}

std::span<const float> values_of(const Tensor& contiguous) {
    return {contiguous.data_ptr<float>(), static_cast<size_t>(contiguous.numel())};
}

Status dequantize_into(const PackedTensor& packed, float* out) {
    const std::span values(reinterpret_cast<Fp32*>(out), packed.rows * packed.k);
    return dequantize_tensor_fast(packed, values, "activations", as_many_threads_as_torch());
}

} // namespace

float static_amax(float calibration_amax) {
    return static_cast<float>(c10::BFloat16(calibration_amax));
}

TensorScale activation_scale(const Scheme& scheme, float calibration_amax) {
    return tensor_scale_of(scheme.activations->encoder, scheme.activations->format,
                           static_amax(calibration_amax), scheme.e3m3_max);
}

Result<std::vector<PackedTensor>> encode_activations(const Tensor& x, const Scheme& scheme,
                                                     const std::optional<TensorScale>& fixed) {
    const auto rows = x.to(torch::kCPU, torch::kFloat).contiguous();
    const auto values = values_of(rows);
    const auto k = static_cast<uint64_t>(rows.size(-1)), count = values.size() / k;
    EncodeOptions options{.format = scheme.activations->format,
                          .encoder = scheme.activations->encoder,
                          .specials = scheme.specials,
                          .e3m3_max = scheme.e3m3_max};
    if (scheme.activation_scale == ActivationScale::fixed) options.tensor_scale = fixed;
    const uint64_t parts = scheme.activation_scale == ActivationScale::token ? count : 1,
                   rows_per_part = count / parts;
    std::vector<PackedTensor> out;
    for (uint64_t part = 0; part < parts; ++part) {
        FP4_TRY_ASSIGN(auto packed,
                       encode_fast(values.subspan(part * rows_per_part * k, rows_per_part * k),
                                   rows_per_part, k, options, "activations",
                                   as_many_threads_as_torch()));
        out.push_back(std::move(packed));
    }
    return out;
}

Result<Tensor> fake_quantize(const Tensor& x, const Scheme& scheme,
                             const std::optional<TensorScale>& fixed) {
    FP4_TRY_ASSIGN(const auto packed, encode_activations(x, scheme, fixed));
    auto out = torch::empty(x.sizes(), torch::kFloat);
    float* at = out.data_ptr<float>();
    for (const PackedTensor& part : packed) {
        FP4_TRY(dequantize_into(part, at));
        at += part.rows * part.k;
    }
    return out.to(x.device());
}

} // namespace fp4::quant
