// Quantized layers in the hardware's arithmetic: every linear by golden's GEMM and epilogue, bit
// for bit what the RTL gives.
#pragma once
#include <memory>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/quant/evaluate/layer_model.hpp"

namespace fp4::quant {

// Weights and activations must both be quantized. bad_argument.
Result<LayerModel> hardware_true(std::shared_ptr<const QuantizedLayer> layer, const Scheme& scheme,
                                 const Arithmetic& arithmetic);

} // namespace fp4::quant
