// RaZeR activations: one scale for both signs, the special's sign chosen by the gain it brings; computable online.
#include <algorithm>
#include <cmath>

#include "fp4/e2m1_round.hpp"
#include "fp4/encode_block.hpp"

namespace fp4 {
namespace {

struct Rule {
    E2m1 (*round)(float);
    bool divides_once; // y = x / (S * s), else (x / S) / s
};

constexpr Rule rule_of(Encoder encoder) {
    switch (encoder) {
    case Encoder::razer_head: return {encode_e2m1_away_ties, false};
    case Encoder::razer_fork: return {encode_e2m1_floor_ties, true};
    case Encoder::razer_rne: return {encode_e2m1_rne, false};
    default: return {encode_e2m1_zero_ties, false};
    }
}

bool is_e2m1_value(int mag_halves) { return std::ranges::find(e2m1_halves_table, mag_halves) != e2m1_halves_table.end(); }

} // namespace

EncodedBlock encode_block_razer_a(Encoder encoder, std::span<const float, dot_lanes> x, float multiplier, Specials specials) {
    const Rule rule = rule_of(encoder);
    const FormatSpec& spec = spec_of(Format::razer_a);
    const float smallest = scale_to_float(decode_scale(spec.scale_spec(), 1)), largest = scale_to_float(decode_scale(spec.scale_spec(), spec.encode_max));
    const double special = specials.v1_halves * 0.5;
    const bool special_is_new = !is_e2m1_value(specials.v1_halves);

    std::array<float, dot_lanes> y;
    for (size_t i = 0; i < dot_lanes; ++i) y[i] = x[i] / multiplier;
    const int payload = encode_scale(spec.scale_spec(), std::clamp(amax_of(y) / 6.0f, smallest, largest), spec.encode_max);
    const float scale = scale_to_float(decode_scale(spec.scale_spec(), payload));
    const float unit = multiplier * scale;
    for (size_t i = 0; i < dot_lanes; ++i) y[i] = rule.divides_once ? x[i] / unit : y[i] / scale;

    std::array<uint8_t, dot_lanes> code;
    std::array<bool, dot_lanes> in_window; // the special of y's sign is at least as close as the nearest E2M1 value
    double gain = 0;                       // squared error saved by +V1 less that saved by -V1, in units of scale^2
    for (size_t i = 0; i < dot_lanes; ++i) {
        code[i] = rule.round(y[i]).code;
        if (code[i] == spec.sentinel) code[i] = 0;                       // RaZeR has one zero
        const double distance = std::min(std::fabs(double{y[i]}), 64.0); // beyond every window, and small enough to subtract exactly
        const double from_e2m1 = distance - std::abs(e2m1_halves_table[code[i]]) * 0.5;
        const double from_special = distance - special;
        in_window[i] = special_is_new && std::fabs(from_special) <= std::fabs(from_e2m1);
        if (in_window[i]) gain += std::copysign(from_e2m1 * from_e2m1 - from_special * from_special, double{y[i]});
    }
    const bool negative = !(gain > 0);

    EncodedBlock block{static_cast<uint8_t>(payload | negative << spec.sign_bit), code};
    for (size_t i = 0; i < dot_lanes; ++i)
        if (in_window[i] && std::signbit(y[i]) == negative) block.codes[i] = static_cast<uint8_t>(spec.sentinel);
    return block;
}

} // namespace fp4
