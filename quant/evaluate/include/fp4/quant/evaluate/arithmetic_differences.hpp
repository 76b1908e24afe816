// How far a hardware arithmetic is from fake quantization, linear by linear, over real inputs.
#pragma once
#include <vector>

#include "fp4/quant/evaluate/layer_stream.hpp"
#include "fp4/quant/model/causal_lm.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// Outputs of one linear for the codes of the hardware-true pass: float32 products of the codes'
// values against the hardware's.
struct OpDifference {
    size_t layer = 0;
    LinearOp op{};
    uint64_t outputs = 0;
    uint64_t different = 0;
    uint64_t largest_ulps =
        0; // in float32; 10^9 and more where terms cancel and the sign is another
    uint64_t largest_ulps_rms =
        0; // of outputs no smaller than the root mean square of the hardware's
    double largest_relative = 0; // largest distance over that root mean square
};

// Inputs of one group of linears: the codes of a fake-quantized pass from the first layer on
// against those of a hardware-true one.
struct InputDifference {
    size_t layer = 0;
    LinearGroup group{};
    uint64_t codes = 0;
    uint64_t different_codes = 0;
    uint64_t block_scales = 0;
    uint64_t different_block_scales = 0;
};

struct ArithmeticDifferences {
    std::vector<OpDifference> ops;
    std::vector<InputDifference> inputs;
};

// Runs both passes over windows [count, length], windows_per_call at a time; a layer's counts are
// over all of them. Errors: those of hardware_true, of the layers, of a linear that fails.
Result<ArithmeticDifferences> arithmetic_differences(const CausalLm& ends, QuantizedLayers& layers,
                                                     const Arithmetic& arithmetic,
                                                     const Tensor& windows,
                                                     uint64_t windows_per_call = 16);

} // namespace fp4::quant
