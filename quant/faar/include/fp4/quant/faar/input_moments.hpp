// What a linear layer's loss needs to know of its inputs: three matrices of second moments,
// accumulated once; no activations are kept.
#pragma once
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// Over the rows x of a calibration set and the same rows x_q as the quantized layer sees them, [K,
// K] double each. Where inputs are not quantized all three are one tensor.
struct InputMoments {
    Tensor plain;     // sum of x^T x
    Tensor cross;     // sum of x_q^T x
    Tensor quantized; // sum of x_q^T x_q

    // Of chunks of rows, [rows, K] float32 each: a chunk's products in float32, their sum in
    // double.
    void add(const Tensor& x, const Tensor& x_q);
    void add(const Tensor& x);

    // Adds `share` of the mean of the plain diagonal to all three diagonals: the loss then also
    // counts, in every direction of the input, how far the values are from the weights. Keeps few
    // rows from being fitted too well.
    void damp(double share);
};

} // namespace fp4::quant
