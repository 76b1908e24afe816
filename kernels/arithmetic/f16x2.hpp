// Pairs of binary16 in a word.
#pragma once
#include "narrow.hpp"

namespace fp4::kernels {

// Products of the halves, nearest even, subnormals kept. Finite operands.
FP4_HD uint32_t multiply_f16x2(uint32_t a, uint32_t b) {
#if defined(__CUDA_ARCH__)
    uint32_t out;
    asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(out) : "r"(a), "r"(b));
    return out;
#else
    const auto product = [&](int shift) {
        return f16_of(
            multiply_rn(float_of_f16(a >> shift & 0xFFFF), float_of_f16(b >> shift & 0xFFFF)));
    };
    return product(16) << 16 | product(0);
#endif
}

} // namespace fp4::kernels
