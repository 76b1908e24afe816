// The core of every fused profile: terms aligned to the largest exponent, each cut toward zero,
// added exactly, rounded once. No specials.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>

#include "fp4/formats/float_spec.hpp"

namespace fp4 {

__extension__ using Int128 = __int128;

// value = significand * 2^(exponent - fraction_bits). Not normalized: the exponent alone decides
// about alignment, also where the significand is 0.
struct AlignedTerm {
    int64_t significand;
    int exponent;
    int fraction_bits;
};

// value = significand * 2^lsb_exponent
struct AlignedSum {
    Int128 significand;
    int lsb_exponent;

    // The value rounded to a layout with infinities; zero is +0.
    uint32_t round(const FloatSpec& spec, Rounding rounding) const;
};

// n * 2^shift, cut toward zero where shift is negative.
constexpr Int128 shift_toward_zero(Int128 n, int shift) {
    if (shift >= 0) return n << shift;
    if (shift <= -127) return 0;
    return n < 0 ? -(-n >> -shift) : n >> -shift;
}

// An emax_floor below all exponents.
inline constexpr int no_emax_floor = -(1 << 20);

// C and the terms (align gives each as an AlignedTerm), with kept_bits bits below 2^emax, emax =
// max(emax_floor, exponents). The caller sees to it that the shifted terms and their sum fit 127
// bits: a term of magnitude < 2^(exponent + n) becomes less than 2^(kept_bits + n).
template <class Term, class Align>
constexpr AlignedSum aligned_sum(std::span<const Term> terms, const Align& align,
                                 const AlignedTerm& c, int kept_bits,
                                 int emax_floor = no_emax_floor) {
    int emax = std::max(c.exponent, emax_floor);
    for (const Term& term : terms) emax = std::max(emax, align(term).exponent);
    const auto cut = [&](const AlignedTerm& term) {
        return shift_toward_zero(term.significand,
                                 kept_bits - term.fraction_bits + term.exponent - emax);
    };
    Int128 sum = cut(c);
    for (const Term& term : terms) sum += cut(align(term));
    return {sum, emax - kept_bits};
}

} // namespace fp4
