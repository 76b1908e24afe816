// RaZeR activations: one scale for both signs, the special's sign chosen by the gain it brings; computable online.
#include <algorithm>
#include <cmath>

#include "fp4/decode.hpp"
#include "fp4/encode.hpp"

namespace fp4 {
namespace {

// Nearest E2M1 magnitude code to a magnitude, ties toward zero, saturating at 6.
uint8_t nearest_magnitude(float magnitude) {
    uint8_t code = 0;
    while (code < e2m1_max_magnitude_code && magnitude > static_cast<float>(e2m1_halves_table[code] + e2m1_halves_table[code + 1u]) * 0.25f) ++code;
    return code;
}

bool is_e2m1_value(int mag_halves) { return std::ranges::find(e2m1_halves_table, mag_halves) != e2m1_halves_table.end(); }

} // namespace

EncodedBlock encode_block_razer_a(std::span<const float, dot_lanes> x, float tensor_scale, Specials specials) {
    const FormatSpec& spec = spec_of(Format::razer_a);
    const float smallest = scale_to_float(decode_scale(spec.scale_spec(), 1)), largest = scale_to_float(decode_scale(spec.scale_spec(), spec.encode_max));
    const double special = specials.v1_halves * 0.5;
    const bool special_is_new = !is_e2m1_value(specials.v1_halves);

    std::array<float, dot_lanes> y;
    float amax = 0;
    for (size_t i = 0; i < dot_lanes; ++i) {
        y[i] = x[i] / tensor_scale;
        amax = std::max(amax, std::fabs(y[i]));
    }
    const int payload = encode_scale(spec.scale_spec(), std::clamp(amax / 6.0f, smallest, largest), spec.encode_max);
    const float scale = scale_to_float(decode_scale(spec.scale_spec(), payload));

    std::array<uint8_t, dot_lanes> magnitude;
    std::array<bool, dot_lanes> in_window; // the special of y's sign is at least as close as the nearest E2M1 value
    double gain = 0;                       // squared error saved by +V1 less that saved by -V1, in units of scale^2
    for (size_t i = 0; i < dot_lanes; ++i) {
        y[i] /= scale;
        magnitude[i] = nearest_magnitude(std::fabs(y[i]));
        const double distance = std::min(std::fabs(double{y[i]}), 64.0); // beyond every window, and small enough to subtract exactly
        const double from_e2m1 = distance - e2m1_halves_table[magnitude[i]] * 0.5;
        const double from_special = distance - special;
        in_window[i] = special_is_new && std::fabs(from_special) <= std::fabs(from_e2m1);
        if (in_window[i]) gain += std::copysign(from_e2m1 * from_e2m1 - from_special * from_special, double{y[i]});
    }
    const bool negative = !(gain > 0);

    EncodedBlock block{static_cast<uint8_t>(payload | negative << spec.sign_bit), {}};
    for (size_t i = 0; i < dot_lanes; ++i) {
        if (in_window[i] && std::signbit(y[i]) == negative)
            block.codes[i] = static_cast<uint8_t>(spec.sentinel);
        else
            block.codes[i] = magnitude[i] && std::signbit(y[i]) ? static_cast<uint8_t>(magnitude[i] | e2m1_sign_bit) : magnitude[i];
    }
    return block;
}

} // namespace fp4
