#include "expectation.hpp"

#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {

Result<Expectation> expect(const traces::TraceOp& op, std::span<const Fp32> c,
                           const Arithmetic& arithmetic, OutputType out_type) {
    Expectation expected;
    FP4_TRY_ASSIGN(expected.d, gemm_reference(op.a, op.b, c, arithmetic));
    for (const Fp32 d : expected.d)
        expected.out.push_back(epilogue(d, op.a.tensor_scale, op.b.tensor_scale, out_type));
    return expected;
}

} // namespace fp4::sim
