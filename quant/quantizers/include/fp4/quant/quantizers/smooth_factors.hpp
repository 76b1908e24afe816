// Per-channel factors: weights times c, inputs divided by c. Which c is best is judged by what the
// group then computes, quantized as it will be.
#pragma once
#include <functional>
#include <span>

#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/quant/model/tensor.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

struct SmoothFactors {
    Tensor factors;      // [K] float32, positive
    double exponent = 0; // of the formula that gave them
    double error = 0;    // output_error of them
};

// Makes factors realizable where what comes before cannot take one for every channel
// (shared_by_kv_group); none: as they are.
using ShareFactors = std::function<Tensor(const Tensor& factors)>;

// weights: [N_m, K] float32 each, of one group; x: [rows, K] float32 inputs. Mean over rows and
// outputs of (x W^T - (x / c)_q (W c)_q^T)^2: weights under the group's tensor scale where the
// scheme quantizes them, inputs under the scale of these rows where it quantizes those. Errors:
// those of encode_group.
Result<double> output_error(std::span<const Tensor> weights, const Tensor& x, const Tensor& factors,
                            const Scheme& scheme);

// The exponent of least output_error, the first on a tie; factors_of(a) are taken through `share`
// first. `exponents` must not be empty.
Result<SmoothFactors> best_factors(std::span<const Tensor> weights, const Tensor& x,
                                   const Scheme& scheme, std::span<const double> exponents,
                                   const std::function<Tensor(double exponent)>& factors_of,
                                   const ShareFactors& share);

} // namespace fp4::quant
