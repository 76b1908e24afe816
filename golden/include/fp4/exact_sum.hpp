// Profile `exact`: an int64 sum in units of 2^-20, C added in a register wide enough for all of binary32, one rounding.
#pragma once
#include <cstdint>

#include "fp4/block_term.hpp"
#include "fp4/float_spec.hpp"
#include "fp4/result.hpp"

namespace fp4 {

class ExactSum {
  public:
    // Exact as long as exact_k_limit is respected.
    constexpr void add(const BlockTerm& term) {
        nan_ |= term.nan;
        if (term.significand == 0) return;
        sum_q20_ += static_cast<int64_t>(term.significand) << (term.exponent - block_term_fraction_bits + fraction_bits);
    }

    // RNE(C + sum). NaN where a scale was NaN or C is; an infinite C passes through; zero is +0.
    Fp32 finish(Fp32 c) const { return finish(sum_q20_, nan_, c); }
    static Fp32 finish(int64_t sum_q20, bool nan, Fp32 c);

    static constexpr int fraction_bits = 20;

  private:
    int64_t sum_q20_ = 0;
    bool nan_ = false;
};

// Largest K (a multiple of 16) whose exact sum cannot leave int64, for the worst codes and scales of the two operands.
uint64_t exact_k_limit(Format a, Specials a_specials, Format b, Specials b_specials);

} // namespace fp4
