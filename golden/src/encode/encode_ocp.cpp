#include <algorithm>
#include <cmath>

#include "fp4/e2m1_round.hpp"
#include "fp4/encode_block.hpp"

namespace fp4 {

uint8_t encode_block_ocp(std::span<const float, 32> x, std::span<uint8_t, 32> codes) {
    const float amax = amax_of(x);
    const int exponent = amax == 0 ? -127 : std::max(std::ilogb(amax) - 2, -127); // at most 125
    const float factor = std::ldexp(1.0f, -exponent);
    for (size_t i = 0; i < x.size(); ++i) codes[i] = encode_e2m1_rne(x[i] * factor).code;
    return static_cast<uint8_t>(exponent + 127);
}

} // namespace fp4
