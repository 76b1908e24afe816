#include "fp4/arithmetic/aligned_sum.hpp"

#include <bit>

namespace fp4 {

uint32_t AlignedSum::round(const FloatSpec& spec, Rounding rounding) const {
    __extension__ using Uint128 = unsigned __int128;
    const bool negative = significand < 0;
    const auto magnitude = static_cast<Uint128>(negative ? -significand : significand);
    const auto high = static_cast<uint64_t>(magnitude >> 64);
    const int drop =
        64 - std::countl_zero(high); // what does not fit 64 bits only matters as sticky
    const bool sticky = (magnitude & ((Uint128{1} << drop) - 1)) != 0;
    return round_float(spec, negative, static_cast<uint64_t>(magnitude >> drop),
                       lsb_exponent + drop, sticky, rounding);
}

} // namespace fp4
