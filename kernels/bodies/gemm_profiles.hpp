// The bit-exact GEMM in each accumulation profile, with as many rows to a block of threads as
// registers hold.
#pragma once
#include "../arithmetic/exact_sum.hpp"
#include "../arithmetic/fused_sum.hpp"
#include "../arithmetic/sequential_sum.hpp"
#include "gemm.hpp"

namespace fp4::kernels {

// Raw binary32 sums from +0; where D goes is the caller's. `fused` matters to FusedGemm alone.
inline GemmArguments gemm_arguments(const Operand& a, const Operand& b, const FusedRule& fused) {
    return {.a = a,
            .b = b,
            .c = nullptr,
            .d = nullptr,
            .output = Dense::f32,
            .scaled = false,
            .a_scale = {1.0f, nullptr},
            .b_scale = {1.0f, nullptr},
            .unit = step_exponent(a.scale) + step_exponent(b.scale) - 2,
            .fused = fused};
}

using ExactGemm = Gemm<ExactSum, 2>;
using SequentialGemm = Gemm<SequentialSum, 4>;
using WideSequentialGemm = Gemm<WideSequentialSum, 4>; // E8M0 scales
using FusedGemm = Gemm<FusedSum, 4>;

} // namespace fp4::kernels
