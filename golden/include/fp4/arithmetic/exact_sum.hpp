// Profile `exact`: a sum that loses nothing, C added in a register wide enough for all of binary32,
// one rounding.
#pragma once
#include <cstdint>

#include "fp4/arithmetic/block_term.hpp"
#include "fp4/formats/float_spec.hpp"
#include "fp4/result.hpp"
#include "fp4/arithmetic/wide_fixed.hpp"

namespace fp4 {

// For formats that fit_exact_sum: lanes in half-units, scales of UE4M3 or E3M3.
class ExactSum {
  public:
    // Exact as long as exact_k_limit is respected.
    constexpr void add(const BlockTerm& term) {
        nan_ |= term.nan;
        if (term.significand == 0) return;
        sum_q20_ += static_cast<int64_t>(term.significand) << (term.lsb_exponent() + fraction_bits);
    }

    // RNE(C + sum). NaN where a scale was NaN or C is; an infinite C passes through; zero is +0.
    Fp32 finish(Fp32 c) const { return finish(sum_q20_, nan_, c); }
    static Fp32 finish(int64_t sum_q20, bool nan, Fp32 c);

    static constexpr int fraction_bits = 20;

  private:
    int64_t sum_q20_ = 0;
    bool nan_ = false;
};

// 640 bits from below the lowest bit of an E8M0 x E8M0 term in any lane units: room for all terms
// of 2^44 blocks.
using WideSum = WideFixed<10, -272>;

// The same for any pair of formats. All terms of a sum have one divisor.
class WideExactSum {
  public:
    constexpr void add(const BlockTerm& term) {
        nan_ |= term.nan;
        divisor_ = term.divisor;
        if (term.significand != 0) sum_.add(term.significand, term.lsb_exponent());
    }
    Fp32 finish(Fp32 c) const;
    // The same for a sum that was made elsewhere, whole or as sum * 2^lsb_exponent with
    // lsb_exponent >= -272; its divisor is 1.
    static Fp32 finish(WideSum sum, Fp32 c);
    static Fp32 finish(int64_t sum, int lsb_exponent, Fp32 c);

  private:
    WideSum sum_;
    bool nan_ = false;
    int divisor_ = 1;
};

// An int64 in units of 2^-20 holds every product of block terms of this format pair.
constexpr bool fits_exact_sum(Format a, Format b) {
    return spec_of(a).fits_int64_sum() && spec_of(b).fits_int64_sum();
}

// Largest K (a multiple of the block) whose exact sum cannot leave its register, for the worst
// codes and scales of the two operands.
uint64_t exact_k_limit(Format a, Specials a_specials, Format b, Specials b_specials);

} // namespace fp4
