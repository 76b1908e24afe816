#include "run_untimed.hpp"

#ifdef FP4_HAVE_CUDA
#include <memory>

#include "engine/cuda_engine.hpp"
#include "fp4/try.hpp"
#endif

namespace fp4::sim {

#ifdef FP4_HAVE_CUDA
Result<Compute> cuda_compute(const Arithmetic& arithmetic, OutputType out_type) {
    auto made = kernels::cuda_engine();
    if (!made) return Error{made.error().code, "--engine cuda: " + made.error().message};
    const std::shared_ptr<kernels::Engine> engine = std::move(*made);
    const auto type = out_type == OutputType::bf16  ? kernels::Dense::bf16
                      : out_type == OutputType::f16 ? kernels::Dense::f16
                                                    : kernels::Dense::f32;
    return Compute([engine, &arithmetic, type](const traces::TraceOp& op,
                                               std::span<const Fp32> c) -> Result<Computed> {
        FP4_TRY_ASSIGN(const auto d, engine->gemm(op.a, op.b, c, arithmetic));
        FP4_TRY_ASSIGN(const auto scaled, engine->gemm_scaled(op.a, op.b, c, arithmetic, type));
        Computed out;
        for (int64_t i = 0; i < d.rows * d.columns; ++i) {
            out.d.push_back({d.word(i)});
            out.out.push_back(scaled.word(i));
        }
        return out;
    });
}
#else
Result<Compute> cuda_compute(const Arithmetic&, OutputType) {
    return Error{ErrorCode::device_failed,
                 "--engine cuda: expected a simrun built with CUDA (preset dev, where nvcc is)"};
}
#endif

} // namespace fp4::sim
