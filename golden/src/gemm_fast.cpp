#include <algorithm>
#include <utility>

#include "fp4/decode.hpp"
#include "fp4/exact_sum.hpp"
#include "fp4/fused_step.hpp"
#include "fp4/gemm.hpp"

namespace fp4 {
namespace {

// A matrix decoded once: int8 half-units, and per block the scale both as an integer for exact sums and split for alignment.
struct DecodedTensor {
    uint64_t blocks;                 // per row
    std::vector<int8_t> halves;      // rows * k
    std::vector<Scale> scales;       // rows * blocks
    std::vector<int32_t> scale_q9;   // value * 2^9, exact for UE4M3 and E3M3
    std::vector<uint8_t> row_is_nan; // rows

    explicit DecodedTensor(const PackedTensor& t)
        : blocks(t.k / dot_lanes), halves(t.rows * t.k), scales(t.scales.size()), scale_q9(t.scales.size()), row_is_nan(t.rows) {
        for (uint64_t i = 0; i < t.scales.size(); ++i) {
            const Scale scale = block_scale(t.format, t.scales[i]);
            scales[i] = scale;
            scale_q9[i] = scale.significand ? scale.significand << (scale.exponent - scale_fraction_bits + 9) : 0;
            row_is_nan[i / blocks] |= static_cast<uint8_t>(scale.nan);
            const auto codes = std::span<const uint8_t, dot_lanes / 2>(t.codes.data() + i * (dot_lanes / 2), dot_lanes / 2);
            std::ranges::copy(decode_lanes(t.format, t.specials, t.scales[i], codes), halves.begin() + static_cast<ptrdiff_t>(i * dot_lanes));
        }
    }
};

int dot(const int8_t* a, const int8_t* b) {
    int sum = 0;
    for (int i = 0; i < dot_lanes; ++i) sum += static_cast<int16_t>(a[i]) * static_cast<int16_t>(b[i]);
    return sum;
}

int64_t exact_row(const DecodedTensor& a, uint64_t m, const DecodedTensor& b, uint64_t n) {
    const uint64_t a_first = m * a.blocks, b_first = n * b.blocks;
    int64_t sum_q20 = 0;
    for (uint64_t i = 0; i < a.blocks; ++i) {
        const int quarters = dot(&a.halves[(a_first + i) * dot_lanes], &b.halves[(b_first + i) * dot_lanes]);
        sum_q20 += int64_t{a.scale_q9[a_first + i]} * b.scale_q9[b_first + i] * quarters; // quarter-units * 2^-18 = 2^-20
    }
    return sum_q20;
}

Fp32 fused_row(const DecodedTensor& a, uint64_t m, const DecodedTensor& b, uint64_t n, Fp32 c, const Arithmetic& arithmetic) {
    const uint64_t a_first = m * a.blocks, b_first = n * b.blocks;
    std::array<BlockTerm, 4> terms;
    size_t filled = 0;
    for (uint64_t i = 0; i < a.blocks; ++i) {
        const int quarters = dot(&a.halves[(a_first + i) * dot_lanes], &b.halves[(b_first + i) * dot_lanes]);
        terms[filled++] = block_term(quarters, a.scales[a_first + i], b.scales[b_first + i]);
        if (filled == static_cast<size_t>(arithmetic.step_terms) || i + 1 == a.blocks) c = fused_step(arithmetic, std::span(terms).first(std::exchange(filled, 0)), c);
    }
    return c;
}

} // namespace

Result<std::vector<Fp32>> gemm_fast(const PackedTensor& a, const PackedTensor& b, std::span<const Fp32> c, const Arithmetic& arithmetic, const FastOptions& options) {
    if (const auto isa = choose_isa(options.isa); !isa) return isa.error();
    if (auto status = check_gemm(a, b, c, arithmetic); !status) return status.error();
    if (spec_of(a.format).block != dot_lanes || arithmetic.accumulation == Accumulation::sequential) return gemm_reference(a, b, c, arithmetic);
    const DecodedTensor da(a), db(b);
    std::vector<Fp32> d(a.rows * b.rows);
    for (uint64_t n = 0; n < b.rows; ++n) // the large operand is walked once
        for (uint64_t m = 0; m < a.rows; ++m) {
            const uint64_t at = m * b.rows + n;
            const Fp32 c_at = c.empty() ? Fp32{0} : c[at];
            if (da.row_is_nan[m] || db.row_is_nan[n])
                d[at] = fp32_nan;
            else if (arithmetic.accumulation == Accumulation::exact)
                d[at] = ExactSum::finish(exact_row(da, m, db, n), false, c_at);
            else
                d[at] = fused_row(da, m, db, n, c_at, arithmetic);
        }
    return d;
}

} // namespace fp4
