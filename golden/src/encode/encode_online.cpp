// NVFP4 and RaZeR activations as hardware can make them beside a tensor core: every decision is a
// comparison of an exact product with a multiple of the block scale.
#include "fp4/encode/encode_online.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fp4/encode/encode_block.hpp"

namespace fp4 {
namespace {

constexpr const ScaleSpec& scale_spec = spec_of(ScaleType::ue4m3);
constexpr int largest_position = 1023; // in quarters of a scale's step; 31 half-units of 15 are 930
constexpr int no_value = std::numeric_limits<int>::max();

double value_of(int payload) { return scale_to_float(decode_scale(scale_spec, payload)); }

// What a payload's significand, with subnormals' without the hidden bit, counts.
double step_of(int payload) {
    return std::ldexp(1.0, decode_scale(scale_spec, std::max(payload, 1)).exponent -
                               scale_fraction_bits);
}

// Whether magnitude rounds to the upper of two neighbors, halfway between which is boundary; ties
// to the even one.
bool rounds_up(double magnitude, double boundary, int lower) {
    return magnitude > boundary || (magnitude == boundary && lower % 2 == 1);
}

} // namespace

int online_block_scale(double product) {
    int payload = 0;
    while (payload < spec_of(Format::nvfp4).encode_max &&
           rounds_up(product, 3 * (value_of(payload) + value_of(payload + 1)), payload))
        ++payload;
    return payload;
}

OnlineElements::OnlineElements(Format format, float divisor, Specials specials)
    : spec_(spec_of(format)), divisor_(divisor), special_halves_(specials.v1_halves),
      below_halves_(0), above_halves_(no_value), has_window_(spec_of(format).has_specials()) {
    for (int halves : e2m1_halves_table) {
        if (halves == special_halves_) has_window_ = false;
        if (halves < special_halves_) below_halves_ = std::max(below_halves_, halves);
        if (halves > special_halves_) above_halves_ = std::min(above_halves_, halves);
    }
}

OnlineElements::Choice OnlineElements::nearest(float x, int payload) const {
    const double scale = value_of(payload), magnitude = std::fabs(double{x}) * divisor_;
    const auto halfway = [&](int halves, int other_halves) {
        return (halves + other_halves) * 0.25 * scale;
    };
    if (scale == 0) return {0, false, 0};
    uint8_t code = 0;
    while (
        code < e2m1_max_magnitude_code &&
        rounds_up(magnitude, halfway(e2m1_halves_table[code], e2m1_halves_table[code + 1u]), code))
        ++code;
    const bool in_window =
        has_window_ && magnitude >= halfway(below_halves_, special_halves_) &&
        (above_halves_ == no_value || magnitude <= halfway(special_halves_, above_halves_));
    if (!in_window) return {code, false, 0};
    const double step = step_of(payload);
    const int position = static_cast<int>(std::min(magnitude / step * 4, double{largest_position}));
    const int quarters_per_half = 2 * static_cast<int>(scale / step);
    const int from_e2m1 = position - quarters_per_half * e2m1_halves_table[code],
              from_special = position - quarters_per_half * special_halves_;
    const int gain = from_e2m1 * from_e2m1 - from_special * from_special;
    return {code, true, std::signbit(x) ? -gain : gain};
}

uint8_t OnlineElements::code_of(float x, const Choice& choice, bool special_is_negative) const {
    if (choice.in_window && std::signbit(x) == special_is_negative)
        return static_cast<uint8_t>(spec_.sentinel);
    const bool has_sign = std::signbit(x) && (choice.code != 0 || spec_.has_signed_zeros());
    return has_sign ? choice.code | e2m1_sign_bit : choice.code;
}

EncodedBlock encode_block_online(Format format, std::span<const float, dot_lanes> x, float divisor,
                                 Specials specials) {
    const FormatSpec& spec = spec_of(format);
    const OnlineElements elements(format, divisor, specials);
    // A RaZeR block has no scale of zero.
    const int payload = std::max(online_block_scale(double{amax_of(x)} * double{divisor}),
                                 spec.has_specials() ? 1 : 0);
    std::array<OnlineElements::Choice, dot_lanes> choices;
    int gain = 0; // squared error saved by the positive special less that saved by the negative one
    for (size_t i = 0; i < dot_lanes; ++i) {
        choices[i] = elements.nearest(x[i], payload);
        gain += choices[i].gain;
    }
    const bool negative = spec.has_specials() && !(gain > 0);
    EncodedBlock block{static_cast<uint8_t>(payload | (negative ? 1 << spec.sign_bit : 0)), {}};
    for (size_t i = 0; i < dot_lanes; ++i)
        block.codes[i] = elements.code_of(x[i], choices[i], negative);
    return block;
}

} // namespace fp4
