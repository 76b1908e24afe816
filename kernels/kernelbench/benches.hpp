// What kernelbench measures; each bench poisons its outputs and holds samples of them against
// golden.
#pragma once
#include "blas.hpp"
#include "packed_weights.hpp"
#include "results.hpp"

namespace fp4::kernels::bench {

// Device to device, bytes read and written: what all others are held against, so it comes first.
void bench_copy(const Stream& stream, Results& results);

void bench_decode(const Stream& stream, Results& results);
void bench_encode(const Stream& stream, Results& results);
void bench_w4a16(const Stream& stream, Blas& blas, std::string_view tensor_core_model,
                 Results& results);
void bench_layers(const Stream& stream, Blas& blas, std::string_view tensor_core_model,
                  Results& results); // all linears of a model, one token
void bench_gemm(const Stream& stream, Blas& blas, Results& results);

} // namespace fp4::kernels::bench
