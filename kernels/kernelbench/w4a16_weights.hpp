// A weight matrix as the W4A16 kernel reads it, and that kernel for a number of tokens.
#pragma once
#include <string_view>

#include "packed_weights.hpp"

namespace fp4::kernels::bench {

inline constexpr float weight_scale = 0x1.8p-6f;

struct W4A16Weights {
    Memory panels;
    Operand operand; // its codes and scales are gone

    explicit W4A16Weights(const PackedWeights& from);

    // x: tokens x K binary16, y: tokens x N binary32.
    void multiply(const Memory& x, int32_t tokens, const Memory& y, cudaStream_t stream) const;
};

// Sampled outputs against golden's model of this GPU's tensor cores, bit for bit; true where it has
// none (`model` is empty).
bool equals_golden(const PackedWeights& weights, std::string_view model, const Memory& x,
                   int32_t tokens, const Memory& y);

} // namespace fp4::kernels::bench
