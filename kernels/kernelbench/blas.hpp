// What cuBLAS takes for the same product: the fastest of its ways to do it.
#pragma once
#include <cublas_v2.h>

#include "bodies/types.hpp"
#include "timing.hpp"

namespace fp4::kernels::bench {

class Blas {
  public:
    explicit Blas(const Stream& stream);
    Blas(const Blas&) = delete;
    Blas& operator=(const Blas&) = delete;
    ~Blas();

    struct Products {
        Timing timing;
        const char* way;
    };

    struct Weights {
        int64_t n, k;
        Memory data; // N x K
    };

    // Y (tokens x N) = X (tokens x K) * W^T of each of `weights` in turn, in binary16 or bfloat16,
    // each shape in the way that is fastest for it; the time of all of them over `count`.
    Products products(Dense type, int64_t tokens, const std::vector<Weights>& weights,
                      const Memory& x, const Memory& y, int count);

  private:
    enum class Way { gemm_f32, gemm_f16, gemv };
    static const char* name_of(Way way);

    struct Best {
        Timing timing;
        Way way;
    };
    Best fastest(Dense type, int64_t tokens, const std::vector<const Weights*>& weights,
                 const Memory& x, const Memory& y, int count);

    bool launch(Way way, Dense type, int64_t tokens, const Weights& w, const Memory& x,
                const Memory& y);

    const Stream& stream_;
    Memory workspace_;
    cublasHandle_t handle_ = nullptr;
};

} // namespace fp4::kernels::bench
