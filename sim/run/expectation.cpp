#include "expectation.hpp"

#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {

Result<Expectation> expect(const traces::TraceOp& op, std::span<const Fp32> c,
                           const Arithmetic& arithmetic, OutputType out_type) {
    Expectation expected;
    FP4_TRY_ASSIGN(expected.d, gemm_reference(op.a, op.b, c, arithmetic));
    for (uint64_t i = 0; i < expected.d.size(); ++i)
        expected.out.push_back(epilogue(expected.d[i], op.a.outer_scale(i / op.n()),
                                        op.b.outer_scale(i % op.n()), out_type));
    return expected;
}

} // namespace fp4::sim
