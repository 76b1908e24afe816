#include <algorithm>
#include <cmath>

#include "encode_elements.hpp"
#include "fp4/e2m1_round.hpp"
#include "fp4/encode_block.hpp"

namespace fp4 {
namespace {

constexpr int bias = spec_of(ScaleType::e8m0).bias;

} // namespace

float ocp_factor(uint8_t scale_byte) { return std::ldexp(1.0f, bias - scale_byte); }

uint8_t encode_block_ocp(std::span<const float, 32> x, std::span<uint8_t, 32> codes) {
    const float amax = amax_of(x);
    const int exponent = amax == 0 ? -127 : std::max(std::ilogb(amax) - 2, -127); // at most 125
    const auto scale_byte = static_cast<uint8_t>(exponent + bias);
    const float factor = ocp_factor(scale_byte);
    for (size_t i = 0; i < x.size(); ++i) codes[i] = encode_e2m1_rne(x[i] * factor).code;
    return scale_byte;
}

} // namespace fp4
