// GPTQ: columns are rounded one after the other, and each column's rounding errors are passed on to
// the later ones by the input's second moments.
#pragma once
#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

struct GptqOptions {
    double damp = 1e-2;  // times the mean of the Hessian's diagonal, added to the diagonal; raised
                         // tenfold, up to 1, while a factorization fails
    int64_t block = 128; // columns whose errors reach later blocks by one matrix product
    bool act_order =
        false; // columns by falling Hessian diagonal; which block of 16 a column belongs to stays
};

// w: [N, K] float32. hessian: [K, K] float32 or float64, the sum of x x^T over inputs x at any
// positive scale; computed on in float32. `scales_from` is w as quantized by `encoder` under
// `tensor_scale`: its format, specials, scale bytes and tensor scale stay, its codes are replaced.
// A column whose diagonal is 0 saw no input: it counts as 1 and is rounded like any other. Holds
// three K x K matrices beside the one given. Errors: shapes that do not fit, an encoder that does
// not make the format, w that is not finite, options outside their range, a Hessian that is not
// positive definite under the largest damping.
Result<PackedTensor> gptq(const Tensor& w, const Tensor& hessian, const PackedTensor& scales_from,
                          Encoder encoder, const TensorScale& tensor_scale,
                          const GptqOptions& options = {});

// Scale bytes of the encoder, codes by gptq() on the inputs that the group gets quantized.
class Gptq : public Quantizer {
  public:
    explicit Gptq(const Scheme& scheme) : Quantizer(scheme, {.grams = true}) {}
    Result<EncodedGroup> encode(std::span<const Tensor> weights, const Tensor& gram) override;
};

} // namespace fp4::quant
