#include "engine_table.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"
#include "stopwatch.hpp"

namespace fp4::sim {
namespace {

class GoldenEngine final : public Engine {
  public:
    explicit GoldenEngine(const EngineSetup& setup)
        : arithmetic_(setup.arithmetic), out_type_(setup.out_type) {}

    std::string_view name() const override { return "golden"; }

    Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                             const EngineHooks&) override {
        const Stopwatch watch;
        EngineOutput output;
        FP4_TRY_ASSIGN(output.d, gemm_fast(op.a, op.b, c, arithmetic_));
        FP4_TRY_ASSIGN(output.out, epilogue(output.d, op.n(), op.a.outer_scales(),
                                            op.b.outer_scales(), out_type_));
        output.outputs = output.d.size();
        output.wall_s = watch.seconds();
        return output;
    }

  private:
    const Arithmetic& arithmetic_;
    OutputType out_type_;
};

} // namespace

Result<std::unique_ptr<Engine>> make_golden_engine(const EngineSetup& setup) {
    return std::unique_ptr<Engine>(std::make_unique<GoldenEngine>(setup));
}

} // namespace fp4::sim
