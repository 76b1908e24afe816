// What every engine's outputs are compared with: golden's reference path and epilogue, computed
// here and nowhere else.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/result.hpp"
#include "fp4/traces/trace.hpp"

namespace fp4::sim {

// Its name in reports.
inline constexpr std::string_view expectation_name = "golden-reference";

struct Expectation {
    std::vector<Fp32> d;       // raw accumulators, M * N row-major
    std::vector<uint32_t> out; // after the epilogue, bits of the output type
};

// Of one op with C of M * N or empty: +0. Errors: those of check_gemm.
Result<Expectation> expect(const traces::TraceOp& op, std::span<const Fp32> c,
                           const Arithmetic& arithmetic, OutputType out_type);

} // namespace fp4::sim
