#include "fp4/quant/quantizers/dequantized.hpp"

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<Tensor> dequantized(const PackedTensor& tensor) {
    Tensor values =
        torch::empty({static_cast<int64_t>(tensor.rows), static_cast<int64_t>(tensor.k)});
    static_assert(sizeof(Fp32) == sizeof(float));
    const std::span<Fp32> out(reinterpret_cast<Fp32*>(values.data_ptr<float>()),
                              static_cast<size_t>(values.numel()));
    FP4_TRY(dequantize_tensor_fast(tensor, out, "dequantized"));
    return values;
}

} // namespace fp4::quant
