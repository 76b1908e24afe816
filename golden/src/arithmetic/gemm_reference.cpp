#include <algorithm>
#include <string>

#include "fp4/formats/decode.hpp"
#include "fp4/arithmetic/exact_sum.hpp"
#include "fp32_seq.hpp"
#include "fp4/arithmetic/fused_step.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4/try.hpp"

namespace fp4 {
namespace {

// A row of A against a row of B, seen as terms of 16 products each and as blocks of one or more of
// them.
struct RowPair {
    const PackedTensor& a;
    const PackedTensor& b;
    PackedRow a_row, b_row;
    uint64_t terms_per_block = static_cast<uint64_t>(spec_of(a.format).block / dot_lanes);
    ProductUnits units = product_units(a.format, b.format);

    uint64_t terms() const { return a.k / dot_lanes; }
    uint64_t blocks() const { return terms() / terms_per_block; }

    static ScaleRecord record(const PackedTensor& t, PackedRow row, uint64_t block) {
        const auto bytes = static_cast<size_t>(spec_of(t.format).scale_bytes());
        return scale_record(row.scales.subspan(block * bytes, bytes));
    }
    auto lanes(const PackedTensor& t, PackedRow row, uint64_t i) const {
        return decode_lanes(t.format, t.specials, record(t, row, i / terms_per_block),
                            row.codes.subspan(i * (dot_lanes / 2)).first<dot_lanes / 2>(),
                            static_cast<int>(i % terms_per_block) * dot_lanes);
    }
    int dot(uint64_t i) const { return dot_lane_products(lanes(a, a_row, i), lanes(b, b_row, i)); }
    Scale a_scale(uint64_t block) const { return block_scale(a.format, record(a, a_row, block)); }
    Scale b_scale(uint64_t block) const { return block_scale(b.format, record(b, b_row, block)); }

    BlockTerm term(uint64_t i) const {
        return block_term(lanes(a, a_row, i), a_scale(i / terms_per_block), lanes(b, b_row, i),
                          b_scale(i / terms_per_block), units);
    }
    BlockTerm whole_block(uint64_t block) const {
        int sum = 0;
        for (uint64_t i = 0; i < terms_per_block; ++i) sum += dot(block * terms_per_block + i);
        return block_term(sum, a_scale(block), b_scale(block), false, units);
    }
};

template <class Sum>
Fp32 exact_dot(const RowPair& rows, Fp32 c) {
    Sum sum;
    for (uint64_t block = 0; block < rows.blocks(); ++block) sum.add(rows.whole_block(block));
    return sum.finish(c);
}

Fp32 sequential_dot(const RowPair& rows, Fp32 c) {
    for (uint64_t block = 0; block < rows.blocks(); ++block)
        c = add_block_term(c, rows.whole_block(block));
    return c;
}

Fp32 fused_dot(const RowPair& rows, Fp32 c, const Arithmetic& arithmetic) {
    std::array<BlockTerm, max_step_terms> terms{};
    const auto step_terms = static_cast<uint64_t>(arithmetic.steps.terms);
    for (uint64_t first = 0; first < rows.terms(); first += step_terms) {
        const uint64_t count = std::min(step_terms, rows.terms() - first);
        for (uint64_t i = 0; i < count; ++i) terms[i] = rows.term(first + i);
        c = fused_step(arithmetic, std::span(terms).first(count), c);
    }
    return c;
}

} // namespace

Fp32 dot_reference(const PackedTensor& a, uint64_t a_row, const PackedTensor& b, uint64_t b_row,
                   Fp32 c, const Arithmetic& arithmetic) {
    const RowPair rows{a, b, a.row(a_row), b.row(b_row)};
    switch (arithmetic.accumulation) {
    case Accumulation::exact:
        return fits_exact_sum(a.format, b.format) ? exact_dot<ExactSum>(rows, c)
                                                  : exact_dot<WideExactSum>(rows, c);
    case Accumulation::sequential: return sequential_dot(rows, c);
    case Accumulation::fused_steps: break;
    }
    return fused_dot(rows, c, arithmetic);
}

Status check_gemm(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c,
                  const Arithmetic& arithmetic) {
    FP4_TRY(check_shape(a, "A"));
    FP4_TRY(check_shape(b, "B"));
    return check_operands(a, b, c, arithmetic);
}

Status check_formats(Format a, Format b, const Arithmetic& arithmetic) {
    const FormatSpec &a_spec = spec_of(a), &b_spec = spec_of(b);
    if (a_spec.block != b_spec.block)
        return Error{ErrorCode::bad_argument,
                     "format of B: expected blocks of " + std::to_string(a_spec.block) +
                         " as in A, found " + std::string(b_spec.name) + " with blocks of " +
                         std::to_string(b_spec.block)};
    FP4_TRY(check_arithmetic(arithmetic));
    if (arithmetic.accumulation != Accumulation::fused_steps) return Done{};
    const auto refuse = [&](const std::string& expected, const std::string& found) {
        return Error{ErrorCode::bad_argument, "profile '" + std::string(arithmetic.name) +
                                                  "': expected " + expected + ", found " + found};
    };
    for (const FormatSpec& spec : {a_spec, b_spec})
        if (spec.lane_divisor() != 1)
            return refuse("elements that are binary fractions",
                          std::string(spec.name) + " in units of 1/" +
                              std::to_string(spec.lane_units()));
    if (!groups_fit(arithmetic, a, b))
        return refuse("half-units under scales whose exponents differ by at most " +
                          std::to_string(max_group_span) + " in groups of several terms",
                      std::string(a_spec.name) + " and " + std::string(b_spec.name));
    return Done{};
}

Status check_operands(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c,
                      const Arithmetic& arithmetic) {
    FP4_TRY(check_formats(a.format, b.format, arithmetic));
    if (a.k != b.k)
        return Error{ErrorCode::bad_shape, "K of B: expected " + std::to_string(a.k) +
                                               " as in A, found " + std::to_string(b.k)};
    if (!c.empty() && c.size() != a.rows * b.rows)
        return Error{ErrorCode::bad_shape, "elements of C: expected " +
                                               std::to_string(a.rows * b.rows) + ", found " +
                                               std::to_string(c.size())};
    if (arithmetic.accumulation == Accumulation::exact) {
        const uint64_t limit = exact_k_limit(a.format, a.specials, b.format, b.specials);
        if (a.k > limit)
            return Error{ErrorCode::bound_exceeded, "K: expected at most " + std::to_string(limit) +
                                                        " for an exact 64-bit sum, found " +
                                                        std::to_string(a.k)};
    }
    return Done{};
}

Result<std::vector<Fp32>> gemm_reference(const PackedTensor& a, const PackedTensor& b,
                                         std::span<const Fp32> c, const Arithmetic& arithmetic) {
    FP4_TRY(check_gemm(a, b, c, arithmetic));
    std::vector<Fp32> d(a.rows * b.rows);
    for (uint64_t m = 0; m < a.rows; ++m)
        for (uint64_t n = 0; n < b.rows; ++n)
            d[m * b.rows + n] =
                dot_reference(a, m, b, n, c.empty() ? Fp32{0} : c[m * b.rows + n], arithmetic);
    return d;
}

} // namespace fp4
