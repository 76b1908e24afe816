#include "fp4/fused_step.hpp"

#include <algorithm>

namespace fp4 {
namespace {

// n * 2^shift, cut toward zero where shift is negative.
int64_t shift_toward_zero(int64_t n, int shift) {
    if (shift >= 0) return n << shift;
    if (shift <= -63) return 0;
    return n < 0 ? -(-n >> -shift) : n >> -shift;
}

} // namespace

Fp32 fused_step(const Arithmetic& arithmetic, std::span<const BlockTerm> terms, Fp32 c) {
    bool nan = c.is_nan();
    int max_exponent = c.exponent();
    for (const BlockTerm& term : terms) {
        nan |= term.nan;
        max_exponent = std::max(max_exponent, term.exponent);
    }
    if (nan) return fp32_nan;
    if (c.is_infinite()) return c;

    const int f = arithmetic.fraction_bits;
    const auto c_significand = c.negative() ? -static_cast<int64_t>(c.significand()) : static_cast<int64_t>(c.significand());
    int64_t sum = shift_toward_zero(c_significand, f - fp32_spec.fraction_bits + c.exponent() - max_exponent);
    for (const BlockTerm& term : terms) sum += shift_toward_zero(term.significand, f - block_term_fraction_bits + term.exponent - max_exponent);
    const auto magnitude = static_cast<uint64_t>(sum < 0 ? -sum : sum);
    return round_fp32(sum < 0, magnitude, max_exponent - f, false, arithmetic.rounding);
}

} // namespace fp4
