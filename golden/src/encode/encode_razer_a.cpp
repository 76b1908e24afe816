// RaZeR activations: one scale for both signs, the special's sign chosen by the gain it brings;
// computable online.
#include "fp4/encode/encode_razer_a.hpp"

#include <algorithm>
#include <cmath>

#include "encode/e2m1_round.hpp"
#include "fp4/encode/encode_block.hpp"

namespace fp4 {
namespace {

constexpr const FormatSpec& spec = spec_of(Format::razer_a);

struct Rule {
    E2m1 (*round)(float);
    bool divides_once;
};

constexpr Rule rule_of(Encoder encoder) {
    switch (encoder) {
    case Encoder::razer_head: return {encode_e2m1_away_ties, false};
    case Encoder::razer_fork: return {encode_e2m1_floor_ties, true};
    case Encoder::razer_rne: return {encode_e2m1_rne, false};
    default: return {encode_e2m1_zero_ties, false};
    }
}

bool is_e2m1_value(int mag_halves) {
    return std::ranges::find(e2m1_halves_table, mag_halves) != e2m1_halves_table.end();
}

} // namespace

RazerActivationElements::RazerActivationElements(Encoder encoder, float multiplier,
                                                 Specials specials)
    : round_(rule_of(encoder).round), divides_once_(rule_of(encoder).divides_once),
      multiplier_(multiplier), special_(specials.v1_halves * 0.5),
      special_is_new_(!is_e2m1_value(specials.v1_halves)) {}

RazerActivationElements::Choice RazerActivationElements::nearest(float x, float scale) const {
    const float unit = multiplier_ * scale;
    const float y = divides_once_ ? x / unit : x / multiplier_ / scale;
    uint8_t code = round_(y).code;
    if (code == spec.sentinel) code = 0;
    const double distance = std::min(
        std::fabs(double{y}), 64.0); // beyond every window, and small enough to subtract exactly
    const double from_e2m1 = distance - std::abs(e2m1_halves_table[code]) * 0.5;
    const double from_special = distance - special_;
    const bool in_window = special_is_new_ && std::fabs(from_special) <= std::fabs(from_e2m1);
    const double gain =
        in_window ? std::copysign(from_e2m1 * from_e2m1 - from_special * from_special, double{y})
                  : 0;
    return {code, std::signbit(y), in_window, gain};
}

uint8_t RazerActivationElements::code_of(const Choice& choice, bool special_is_negative) {
    return choice.in_window && choice.negative == special_is_negative
               ? static_cast<uint8_t>(spec.sentinel)
               : choice.e2m1_code;
}

EncodedBlock encode_block_razer_a(Encoder encoder, std::span<const float, dot_lanes> x,
                                  float multiplier, Specials specials) {
    const RazerActivationElements elements(encoder, multiplier, specials);
    const float smallest = scale_to_float(decode_scale(spec.scale_spec(), 1)),
                largest = scale_to_float(decode_scale(spec.scale_spec(), spec.encode_max));
    const float amax = amax_of(x) / multiplier; // that of x / S: rounding keeps the order
    const int payload = encode_scale(spec.scale_spec(), std::clamp(amax / 6.0f, smallest, largest),
                                     spec.encode_max);
    const float scale = scale_to_float(decode_scale(spec.scale_spec(), payload));

    std::array<RazerActivationElements::Choice, dot_lanes> choices;
    double gain = 0; // squared error saved by +V1 less that saved by -V1
    for (size_t i = 0; i < dot_lanes; ++i) {
        choices[i] = elements.nearest(x[i], scale);
        gain += choices[i].gain;
    }
    const bool negative = !(gain > 0);
    EncodedBlock block{static_cast<uint8_t>(payload | negative << spec.sign_bit), {}};
    for (size_t i = 0; i < dot_lanes; ++i)
        block.codes[i] = RazerActivationElements::code_of(choices[i], negative);
    return block;
}

} // namespace fp4
