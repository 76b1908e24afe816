#include <algorithm>
#include <string>

#include "fp4/decode.hpp"
#include "fp4/exact_sum.hpp"
#include "fp4/fused_step.hpp"
#include "fp4/gemm.hpp"

namespace fp4 {
namespace {

std::array<int8_t, block_size> block_halves(const PackedTensor& t, PackedRow row, uint64_t block) {
    return decode_block(t.format, t.specials, row.scales[block], row.codes.subspan(block * (block_size / 2)).first<block_size / 2>());
}

BlockTerm term_of_block(const PackedTensor& a, PackedRow a_row, const PackedTensor& b, PackedRow b_row, uint64_t block) {
    const int dot_quarters = block_dot_quarters(block_halves(a, a_row, block), block_halves(b, b_row, block));
    return block_term(dot_quarters, block_scale(a.format, a_row.scales[block]), block_scale(b.format, b_row.scales[block]));
}

} // namespace

Fp32 dot_reference(const PackedTensor& a, uint64_t a_row, const PackedTensor& b, uint64_t b_row, Fp32 c, const Arithmetic& arithmetic) {
    const PackedRow row_a = a.row(a_row), row_b = b.row(b_row);
    const uint64_t blocks = a.k / block_size;

    if (arithmetic.accumulation == Accumulation::exact) {
        ExactSum sum;
        for (uint64_t block = 0; block < blocks; ++block) sum.add(term_of_block(a, row_a, b, row_b, block));
        return sum.finish(c);
    }
    const auto step_blocks = static_cast<uint64_t>(arithmetic.step_blocks);
    Fp32 d = c;
    for (uint64_t first = 0; first < blocks; first += step_blocks) {
        std::array<BlockTerm, 4> terms{};
        const uint64_t count = std::min(step_blocks, blocks - first);
        for (uint64_t i = 0; i < count; ++i) terms[i] = term_of_block(a, row_a, b, row_b, first + i);
        d = fused_step(arithmetic, std::span(terms).first(count), d);
    }
    return d;
}

Status check_gemm(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c, const Arithmetic& arithmetic) {
    if (auto status = check_shape(a, "A"); !status) return status;
    if (auto status = check_shape(b, "B"); !status) return status;
    if (a.k != b.k) return Error{ErrorCode::bad_shape, "K of B: expected " + std::to_string(a.k) + " as in A, found " + std::to_string(b.k)};
    if (!c.empty() && c.size() != a.rows * b.rows)
        return Error{ErrorCode::bad_shape, "elements of C: expected " + std::to_string(a.rows * b.rows) + ", found " + std::to_string(c.size())};
    if (arithmetic.accumulation == Accumulation::exact) {
        const uint64_t limit = exact_k_limit(a.format, a.specials, b.format, b.specials);
        if (a.k > limit)
            return Error{ErrorCode::bound_exceeded, "K: expected at most " + std::to_string(limit) + " for an exact 64-bit sum, found " + std::to_string(a.k)};
    }
    return Done{};
}

Result<std::vector<Fp32>> gemm_reference(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c, const Arithmetic& arithmetic) {
    if (auto status = check_gemm(a, b, c, arithmetic); !status) return status.error();
    std::vector<Fp32> d(a.rows * b.rows);
    for (uint64_t m = 0; m < a.rows; ++m)
        for (uint64_t n = 0; n < b.rows; ++n) d[m * b.rows + n] = dot_reference(a, m, b, n, c.empty() ? Fp32{0} : c[m * b.rows + n], arithmetic);
    return d;
}

} // namespace fp4
