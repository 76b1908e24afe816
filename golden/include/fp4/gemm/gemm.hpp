// D = A * B^T + C in a chosen arithmetic profile, by two independent paths that must agree bit for
// bit.
#pragma once
#include <span>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/fast/fast_options.hpp"
#include "fp4/formats/packed_tensor.hpp"
#include "fp4/gemm/weight_panels.hpp"

namespace fp4 {

// Raw accumulator outputs: no tensor scale is applied. a is M x K, b is N x K, c (when not empty)
// and the result are M x N row-major; an empty c is +0. Errors: shapes that disagree, K beyond
// exact_k_limit under `exact`.
Result<std::vector<Fp32>> gemm_reference(const PackedTensor& a, const PackedTensor& b,
                                         std::span<const Fp32> c, const Arithmetic& arithmetic);

// The same function, fast; the same bits for every instruction set and number of threads. Errors:
// those of gemm_reference and choose_isa.
Result<std::vector<Fp32>> gemm_fast(const PackedTensor& a, const PackedTensor& b,
                                    std::span<const Fp32> c, const Arithmetic& arithmetic,
                                    const FastOptions& options = {});

// With a right operand that was packed before; its profile is that of the panels. Error: also an A
// that its kernels do not read (exact sums of scales that do not fit an int64 sum).
Result<std::vector<Fp32>> gemm_fast(const PackedTensor& a, const WeightPanels& b,
                                    std::span<const Fp32> c, const FastOptions& options = {});

// Whether the profile is sound and adds products of these formats. Errors: blocks of different
// lengths, fused steps of elements that are not binary fractions or whose groups do not fit.
Status check_formats(Format a, Format b, const Arithmetic& arithmetic);

// The checks that both paths make before they start.
Status check_gemm(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c,
                  const Arithmetic& arithmetic);

// Those among them that concern the operands together; of B only format, specials, rows and K are
// read.
Status check_operands(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c,
                      const Arithmetic& arithmetic);

// One output element, straight from the packed rows: the definition that everything else is
// compared with. The operands have passed the checks.
Fp32 dot_reference(const PackedTensor& a, uint64_t a_row, const PackedTensor& b, uint64_t b_row,
                   Fp32 c, const Arithmetic& arithmetic);

} // namespace fp4
