#include "blas.hpp"

#include <cuda_fp16.h>

#include <algorithm>
#include <map>
#include <optional>

namespace fp4::kernels::bench {
namespace {

void must(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        throw Failure(std::string(what) + ": " + cublasGetStatusString(status));
}

} // namespace

Blas::Blas(const Stream& stream) : stream_(stream), workspace_(size_t{64} << 20) {
    must(cublasCreate(&handle_), "cublasCreate");
    must(cublasSetStream(handle_, stream), "cublasSetStream");
    must(cublasSetWorkspace(handle_, workspace_.as<void>(), workspace_.bytes()),
         "cublasSetWorkspace"); // none may be allocated while a graph is captured
}

Blas::~Blas() { cublasDestroy(handle_); }

const char* Blas::name_of(Way way) {
    switch (way) {
    case Way::gemm_f32: return "gemm, binary32 sums";
    case Way::gemm_f16: return "gemm, binary16 sums";
    case Way::gemv: return "gemv";
    }
    return "";
}

// False: cuBLAS does not have it.
bool Blas::launch(Way way, Dense type, int64_t tokens, const Weights& weights, const Memory& x,
                  const Memory& y) {
    const cudaDataType_t data = type == Dense::bf16 ? CUDA_R_16BF : CUDA_R_16F;
    const Memory& w = weights.data;
    const int rows = static_cast<int>(weights.n), depth = static_cast<int>(weights.k),
              columns = static_cast<int>(tokens);
    const float one = 1, zero = 0;
    const __half half_one = __float2half(1), half_zero = __float2half(0);
    switch (way) {
    case Way::gemm_f32:
        return cublasGemmEx(handle_, CUBLAS_OP_T, CUBLAS_OP_N, rows, columns, depth, &one,
                            w.as<void>(), data, depth, x.as<void>(), data, depth, &zero,
                            y.as<void>(), data, rows, CUBLAS_COMPUTE_32F,
                            CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS;
    case Way::gemm_f16:
        return type == Dense::f16 &&
               cublasGemmEx(handle_, CUBLAS_OP_T, CUBLAS_OP_N, rows, columns, depth, &half_one,
                            w.as<void>(), data, depth, x.as<void>(), data, depth, &half_zero,
                            y.as<void>(), data, rows, CUBLAS_COMPUTE_16F,
                            CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS;
    case Way::gemv:
        return type == Dense::f16 && tokens == 1 &&
               cublasHSHgemvStridedBatched(handle_, CUBLAS_OP_T, depth, rows, &one, w.as<__half>(),
                                           depth, 0, x.as<__half>(), 1, 0, &zero, y.as<__half>(), 1,
                                           0, 1) == CUBLAS_STATUS_SUCCESS;
    }
    return false;
}

Blas::Best Blas::fastest(Dense type, int64_t tokens, const std::vector<const Weights*>& weights,
                         const Memory& x, const Memory& y, int count) {
    std::optional<Best> best;
    for (const Way way : {Way::gemm_f32, Way::gemm_f16, Way::gemv}) {
        const auto all = [&] {
            return std::ranges::all_of(weights, [&](const Weights* each) {
                return launch(way, type, tokens, *each, x, y);
            });
        };
        if (!all()) continue;
        stream_.wait();
        const Timing timing = time(stream_, count, [&](cudaStream_t) {
            if (!all()) throw Failure("cuBLAS: expected what it has just done");
        });
        if (!best || timing.median_us < best->timing.median_us) best = {timing, way};
    }
    if (!best) throw Failure("cuBLAS: expected one of its products to be there");
    return *best;
}

Blas::Products Blas::products(Dense type, int64_t tokens, const std::vector<Weights>& weights,
                              const Memory& x, const Memory& y, int count) {
    std::map<std::pair<int64_t, int64_t>, std::vector<const Weights*>> by_shape;
    for (const Weights& each : weights) by_shape[{each.n, each.k}].push_back(&each);
    std::map<std::pair<int64_t, int64_t>, Best> best;
    for (const auto& [shape, alike] : by_shape)
        best.emplace(shape, fastest(type, tokens, alike, x, y, count));
    if (best.size() == 1) return {best.begin()->second.timing, name_of(best.begin()->second.way)};
    const auto all = [&](cudaStream_t) {
        for (const Weights& each : weights)
            if (!launch(best.at({each.n, each.k}).way, type, tokens, each, x, y))
                throw Failure("cuBLAS: expected what it has just done");
    };
    return {time(stream_, count, all), "each shape in its fastest way"};
}

} // namespace fp4::kernels::bench
