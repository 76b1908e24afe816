// The same text for nvcc and for a host compiler: the marker of functions, bit casts, and
// operations that round once on either side.
#pragma once
#include <cmath>
#include <cstdint>

#if defined(__CUDACC__)
#define FP4_HD __host__ __device__ __forceinline__
#else
#define FP4_HD inline
#endif

namespace fp4::kernels {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

FP4_HD uint32_t word_of(float x) { return __builtin_bit_cast(uint32_t, x); }
FP4_HD float float_of(uint32_t word) { return __builtin_bit_cast(float, word); }
FP4_HD uint64_t word_of(double x) { return __builtin_bit_cast(uint64_t, x); }
FP4_HD double double_of(uint64_t word) { return __builtin_bit_cast(double, word); }

// Each one rounding to nearest even, subnormals kept; never contracted, whatever the compiler's
// options are.
#if defined(__CUDA_ARCH__)
FP4_HD float add_rn(float a, float b) { return __fadd_rn(a, b); }
FP4_HD float multiply_rn(float a, float b) { return __fmul_rn(a, b); }
FP4_HD float divide_rn(float a, float b) { return __fdiv_rn(a, b); }
FP4_HD float fma_rn(float a, float b, float c) { return __fmaf_rn(a, b, c); }
FP4_HD double add_rn(double a, double b) { return __dadd_rn(a, b); }
FP4_HD double multiply_rn(double a, double b) { return __dmul_rn(a, b); }
#else
FP4_HD float add_rn(float a, float b) { return a + b; }
FP4_HD float multiply_rn(float a, float b) { return a * b; }
FP4_HD float divide_rn(float a, float b) { return a / b; }
FP4_HD float fma_rn(float a, float b, float c) { return std::fma(a, b, c); }
FP4_HD double add_rn(double a, double b) { return a + b; }
FP4_HD double multiply_rn(double a, double b) { return a * b; }
#endif

// Zero bits above the highest one; 64 for 0.
FP4_HD int leading_zeros(uint64_t x) {
#if defined(__CUDA_ARCH__)
    return __clzll(static_cast<long long>(x));
#else
    return x ? __builtin_clzll(x) : 64;
#endif
}

} // namespace fp4::kernels
