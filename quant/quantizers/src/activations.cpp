#include "fp4/quant/quantizers/activations.hpp"

#include <ATen/Parallel.h>

#include <vector>

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

// Rows that were encoded one by one.
PackedTensor joined(const std::vector<PackedTensor>& rows) {
    PackedTensor out{OperandFormat(rows.front()), rows.size(), rows.front().k, {}, {}};
    for (const PackedTensor& row : rows) {
        out.codes.insert(out.codes.end(), row.codes.begin(), row.codes.end());
        out.scales.insert(out.scales.end(), row.scales.begin(), row.scales.end());
        out.row_scales.push_back(row.tensor_scale);
    }
    return out;
}

} // namespace

float static_amax(float calibration_amax) {
    return static_cast<float>(c10::BFloat16(calibration_amax));
}

TensorScale activation_scale(const Scheme& scheme, float calibration_amax) {
    return tensor_scale_of(scheme.activations->encoder, scheme.activations->format,
                           static_amax(calibration_amax), scheme.e3m3_max);
}

Result<PackedTensor> encode_activations(const Tensor& x, const Scheme& scheme,
                                        const std::optional<TensorScale>& fixed) {
    const auto contiguous = x.to(torch::kCPU, torch::kFloat).contiguous();
    const auto values = values_of(contiguous);
    const auto k = static_cast<uint64_t>(contiguous.size(-1)), rows = values.size() / k;
    EncodeOptions options{.format = scheme.activations->format,
                          .encoder = scheme.activations->encoder,
                          .specials = scheme.specials,
                          .e3m3_max = scheme.e3m3_max};
    if (scheme.activation_scale == ActivationScale::fixed) options.tensor_scale = fixed;
    const auto encode = [&](uint64_t first, uint64_t count) {
        return encode_fast(values.subspan(first * k, count * k), count, k, options, "activations",
                           as_many_threads_as_torch());
    };
    if (scheme.activation_scale != ActivationScale::token || rows == 0) return encode(0, rows);
    std::vector<PackedTensor> tokens;
    for (uint64_t row = 0; row < rows; ++row) {
        FP4_TRY_ASSIGN(auto packed, encode(row, 1));
        tokens.push_back(std::move(packed));
    }
    return joined(tokens);
}

Result<Tensor> fake_quantize(const Tensor& x, const Scheme& scheme,
                             const std::optional<TensorScale>& fixed) {
    FP4_TRY_ASSIGN(const auto packed, encode_activations(x, scheme, fixed));
    auto out = torch::empty(x.sizes(), torch::kFloat);
    const std::span values(reinterpret_cast<Fp32*>(out.data_ptr<float>()), packed.rows * packed.k);
    FP4_TRY(dequantize_tensor_fast(packed, values, "activations", as_many_threads_as_torch()));
    return out.to(x.device());
}

} // namespace fp4::quant
