#include <algorithm>
#include <cmath>

#include "encode_elements.hpp"
#include "encode/e2m1_round.hpp"
#include "fp4/encode/encode_block.hpp"

namespace fp4 {
namespace {

constexpr int bias = spec_of(ScaleType::e8m0).bias;

// The scale's exponent, -127 to 126.
int exponent_of(Encoder encoder, float amax) {
    if (amax == 0) return -127;
    const int binade = std::ilogb(amax);
    const bool raised = std::scalbn(amax, -binade) >= spec_of(encoder).raised_from;
    return std::max(binade - 2 + (raised ? 1 : 0), -127);
}

} // namespace

float ocp_factor(uint8_t scale_byte) { return std::ldexp(1.0f, bias - scale_byte); }

uint8_t encode_block_ocp(Encoder encoder, std::span<const float, 32> x,
                         std::span<uint8_t, 32> codes) {
    const auto scale_byte = static_cast<uint8_t>(exponent_of(encoder, amax_of(x)) + bias);
    const float factor = ocp_factor(scale_byte);
    for (size_t i = 0; i < x.size(); ++i) codes[i] = encode_e2m1_rne(x[i] * factor).code;
    return scale_byte;
}

} // namespace fp4
