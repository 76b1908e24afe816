#include "expectation.hpp"

#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {

Result<Expectation> expect(const traces::TraceOp& op, std::span<const Fp32> c,
                           const Arithmetic& arithmetic, OutputType out_type) {
    Expectation expected;
    FP4_TRY_ASSIGN(expected.d, gemm_reference(op.a, op.b, c, arithmetic));
    FP4_TRY_ASSIGN(expected.out, epilogue(expected.d, op.n(), op.a.outer_scales(),
                                          op.b.outer_scales(), out_type));
    return expected;
}

} // namespace fp4::sim
