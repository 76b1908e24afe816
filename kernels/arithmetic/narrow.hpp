// binary32 to bfloat16 and binary16, nearest with ties to even. NaN is 0x7FFF in both, overflow
// infinity, a zero keeps its sign.
#pragma once
#include "host_device.hpp"

namespace fp4::kernels {

FP4_HD uint32_t bf16_of(float x) {
    const uint32_t word = word_of(x);
    if ((word & 0x7FFFFFFF) > 0x7F800000) return 0x7FFF;
    return (word + 0x7FFF + (word >> 16 & 1)) >> 16;
}

FP4_HD uint32_t f16_of(float x) {
    const uint32_t word = word_of(x), sign = word >> 16 & 0x8000, magnitude = word & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) return 0x7FFF;
    if (magnitude >= 0x477FF000) return sign | 0x7C00; // 65520 and above
    if (magnitude < 0x33000000) return sign;           // below 2^-25
    const int field = static_cast<int>(magnitude >> 23);
    const uint32_t significand = (magnitude & 0x7FFFFF) | 0x800000;
    const int dropped = field >= 113 ? 13 : 126 - field; // below 2^-14 the step is 2^-24
    const uint32_t kept = significand >> dropped, rest = significand & ((1u << dropped) - 1),
                   half = 1u << (dropped - 1);
    const uint32_t rounded = kept + (rest > half || (rest == half && (kept & 1)));
    return sign | (field >= 113 ? static_cast<uint32_t>(field - 113) * 0x400 + rounded
                                : rounded); // kept has its hidden bit: field 1 is 113
}

// Two at once, `low` in the low half.
FP4_HD uint32_t bf16x2_of(float low, float high) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t out;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(high), "f"(low));
    return out;
#else
    return bf16_of(high) << 16 | bf16_of(low);
#endif
}

FP4_HD uint32_t f16x2_of(float low, float high) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t out;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(high), "f"(low));
    return out;
#else
    return f16_of(high) << 16 | f16_of(low);
#endif
}

// Of two numbers: a zero loses its sign, others stay, the NaN 0x7FFF stays.
FP4_HD uint32_t unsigned_zeros_bf16x2(uint32_t pair) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t out; // times 1 plus +0
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(out) : "r"(pair), "r"(0x3F803F80u), "r"(0u));
    return out;
#else
    if ((pair & 0x7FFF) == 0) pair &= 0xFFFF0000;
    return (pair & 0x7FFF0000) == 0 ? pair & 0xFFFF : pair;
#endif
}

FP4_HD uint32_t unsigned_zeros_f16x2(uint32_t pair) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    uint32_t out;
    asm("add.rn.f16x2 %0, %1, %2;" : "=r"(out) : "r"(pair), "r"(0u));
    return out;
#else
    return unsigned_zeros_bf16x2(pair); // zeros are the same in both
#endif
}

// Exact. Finite binary16 only.
FP4_HD float float_of_f16(uint32_t half) {
#if defined(__CUDA_ARCH__)
    float out;
    asm("cvt.f32.f16 %0, %1;" : "=f"(out) : "h"(static_cast<uint16_t>(half)));
    return out;
#else
    return multiply_rn(float_of((half & 0x8000) << 16 | (half & 0x7FFF) << 13), 0x1p112f);
#endif
}

} // namespace fp4::kernels
