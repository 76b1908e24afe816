// Hadamard transform of blocks along the last dimension.
#pragma once
#include "fp4/quant/model/tensor.hpp"

namespace fp4::quant {

// True where block_hadamard takes this block for a last dimension of k: a power of two from 16 to
// 128 that divides k.
constexpr bool hadamard_fits(int64_t block, int64_t k) {
    return block >= 16 && block <= 128 && (block & (block - 1)) == 0 && k % block == 0;
}

// The largest block that fits a last dimension of k; 0 where none does.
constexpr int64_t largest_hadamard_block(int64_t k) {
    for (int64_t block = 128; block >= 16; block /= 2)
        if (hadamard_fits(block, k)) return block;
    return 0;
}

// x [..., K] float32, hadamard_fits(block, K): each block times the Hadamard matrix of Sylvester's
// order over sqrt(block), which is its own inverse. Sums in float32 by butterflies of rising
// distance, then one multiplication: the same bits on every machine.
Tensor block_hadamard(const Tensor& x, int64_t block);

} // namespace fp4::quant
