// Activations through golden's encoders.
#pragma once
#include <optional>

#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// What a static scale is made from: the largest magnitude over the calibration set, rounded to
// bfloat16 (nearest even), so that the last bits of a machine's float32 sums do not reach scales,
// checkpoints and traces.
float static_amax(float calibration_amax);

// The static scale of inputs whose largest magnitude over the calibration set is
// `calibration_amax`.
TensorScale activation_scale(const Scheme& scheme, float calibration_amax);

// x: float32, the last dimension K a multiple of the block. One tensor scale under `fixed` (needed
// then) and `call`, under `token` a scale for each row, as if it were a tensor of its own. Larger
// values than the scale was made for saturate. not_finite for a NaN or infinity.
Result<PackedTensor> encode_activations(const Tensor& x, const Scheme& scheme,
                                        const std::optional<TensorScale>& fixed);

// The values those stand for: code * block scale * tensor scale, float32, in x's shape.
Result<Tensor> fake_quantize(const Tensor& x, const Scheme& scheme,
                             const std::optional<TensorScale>& fixed);

} // namespace fp4::quant
