#include "fp4/arithmetic/exact_sum.hpp"

#include <limits>

#include "fp4/formats/decode.hpp"

namespace fp4 {
namespace {

// RNE(C + sum / divisor) for a register that holds C's bits, whatever it holds where C is zero.
template <class Register>
Fp32 finish_with_c(Register sum, bool nan, Fp32 c, int divisor = 1) {
    if (nan || c.is_nan()) return fp32_nan;
    if (c.is_infinite()) return c;
    const auto significand = static_cast<int64_t>(c.significand()) * divisor;
    if (significand != 0)
        sum.add(c.negative() ? -significand : significand, c.exponent() - fp32_spec.fraction_bits);
    return sum.round(Rounding::nearest_even, static_cast<uint32_t>(divisor));
}

} // namespace

Fp32 ExactSum::finish(int64_t sum_q20, bool nan, Fp32 c) {
    const auto finish_in = [&](auto sum) {
        sum.add(sum_q20, -fraction_bits);
        return finish_with_c(sum, nan, c);
    };
    // Most C fit a short register.
    if (c.is_zero() || (c.exponent() >= -40 && c.exponent() < 62))
        return finish_in(WideFixed<2, -64>{}); // bits 2^-64 .. 2^63
    return finish_in(WideFixed<5, -149>{});    // bits 2^-149 .. 2^170
}

Fp32 WideExactSum::finish(Fp32 c) const { return finish_with_c(sum_, nan_, c, divisor_); }

Fp32 WideExactSum::finish(WideSum sum, Fp32 c) { return finish_with_c(sum, false, c); }

Fp32 WideExactSum::finish(int64_t sum, int lsb_exponent, Fp32 c) {
    WideSum wide;
    wide.add(sum, lsb_exponent);
    return finish_with_c(wide, false, c);
}

uint64_t exact_k_limit(Format a, Specials a_specials, Format b, Specials b_specials) {
    const auto block = static_cast<uint64_t>(spec_of(a).block);
    if (!fits_exact_sum(a, b)) return (uint64_t{1} << 44) * block;
    const auto max_scale = [](Format format) {
        return decode_scale(spec_of(format).scale_spec(), spec_of(format).scale_spec().max_payload);
    };
    const int dot = spec_of(a).block * max_lane(a, a_specials) * max_lane(b, b_specials);
    const BlockTerm worst = block_term(dot, max_scale(a), max_scale(b));
    const int64_t term_q20 = static_cast<int64_t>(worst.significand)
                             << (worst.lsb_exponent() + ExactSum::fraction_bits);
    return static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / term_q20) * block;
}

} // namespace fp4
