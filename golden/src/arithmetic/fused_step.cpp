#include "fp4/fused_step.hpp"

#include <algorithm>
#include <cstdlib>

#include "fp4/aligned_sum.hpp"

namespace fp4 {

Fp32 fused_step(const Arithmetic& arithmetic, std::span<const BlockTerm> terms, Fp32 c) {
    if (c.is_nan() || std::ranges::any_of(terms, &BlockTerm::nan)) return fp32_nan;
    if (c.is_infinite()) return c;
    const auto c_significand = static_cast<int64_t>(c.significand());
    const AlignedTerm c_term{c.negative() ? -c_significand : c_significand, c.exponent(),
                             fp32_spec.fraction_bits};
    const auto align = [](const BlockTerm& term) {
        return AlignedTerm{term.significand, term.exponent, block_term_fraction_bits};
    };
    const AlignedSum sum = aligned_sum(terms, align, c_term, arithmetic.fraction_bits);
    return round_fp32(sum.significand < 0, static_cast<uint64_t>(std::abs(sum.significand)),
                      sum.lsb_exponent, false, arithmetic.rounding);
}

} // namespace fp4
