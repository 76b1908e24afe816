#include "engine_table.hpp"

#ifdef FP4_HAVE_CUDA
#include "engine/cuda_engine.hpp"
#include "fp4/try.hpp"
#include "stopwatch.hpp"
#endif

namespace fp4::sim {

#ifdef FP4_HAVE_CUDA
namespace {

kernels::Dense dense_of(OutputType type) {
    return type == OutputType::bf16  ? kernels::Dense::bf16
           : type == OutputType::f16 ? kernels::Dense::f16
                                     : kernels::Dense::f32;
}

class CudaEngine final : public Engine {
  public:
    CudaEngine(std::unique_ptr<kernels::Engine> kernels, const EngineSetup& setup)
        : kernels_(std::move(kernels)), arithmetic_(setup.arithmetic),
          out_type_(dense_of(setup.out_type)) {}

    std::string_view name() const override { return "cuda"; }

    Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                             const EngineHooks&) override {
        const Stopwatch watch;
        FP4_TRY_ASSIGN(const auto d, kernels_->gemm(op.a, op.b, c, arithmetic_));
        FP4_TRY_ASSIGN(const auto scaled,
                       kernels_->gemm_scaled(op.a, op.b, c, arithmetic_, out_type_));
        EngineOutput output;
        for (int64_t i = 0; i < d.rows * d.columns; ++i) {
            output.d.push_back({d.word(i)});
            output.out.push_back(scaled.word(i));
        }
        output.outputs = output.d.size();
        output.wall_s = watch.seconds();
        return output;
    }

  private:
    std::unique_ptr<kernels::Engine> kernels_;
    const Arithmetic& arithmetic_;
    kernels::Dense out_type_;
};

} // namespace

Result<std::unique_ptr<Engine>> make_cuda_engine(const EngineSetup& setup) {
    auto kernels = kernels::cuda_engine();
    if (!kernels) return Error{kernels.error().code, "--engine cuda: " + kernels.error().message};
    return std::unique_ptr<Engine>(std::make_unique<CudaEngine>(*std::move(kernels), setup));
}
#else
Result<std::unique_ptr<Engine>> make_cuda_engine(const EngineSetup&) {
    return Error{ErrorCode::device_failed,
                 "--engine cuda: expected a simrun built with CUDA (preset dev, where nvcc is)"};
}
#endif

} // namespace fp4::sim
