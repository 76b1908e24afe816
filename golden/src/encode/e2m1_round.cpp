#include "fp4/e2m1_round.hpp"

#include <cmath>

namespace fp4 {
namespace {

enum class Ties { even, toward_zero, away };

// The number of boundaries that the magnitude reaches; a NaN reaches them all.
template <Ties ties>
uint8_t nearest_magnitude(float y) {
    const float magnitude = std::fabs(y);
    uint8_t code = 0;
    for (uint8_t lower = 0; lower < e2m1_max_magnitude_code; ++lower) {
        const float midpoint =
            static_cast<float>(e2m1_halves_table[lower] + e2m1_halves_table[lower + 1u]) * 0.25f;
        const bool tie_goes_up = ties == Ties::away || (ties == Ties::even && lower % 2 == 1);
        if (tie_goes_up ? !(magnitude < midpoint) : !(magnitude <= midpoint)) ++code;
    }
    return code;
}

constexpr E2m1 with_sign(uint8_t magnitude, bool negative) {
    return {static_cast<uint8_t>(negative ? magnitude | e2m1_sign_bit : magnitude)};
}

} // namespace

E2m1 encode_e2m1_rne(float y) {
    return with_sign(nearest_magnitude<Ties::even>(y), std::signbit(y) && !std::isnan(y));
}

E2m1 encode_e2m1_rne_neg(float y) { return with_sign(nearest_magnitude<Ties::even>(y), y < 0); }

E2m1 encode_e2m1_floor_ties(float y) {
    const uint8_t magnitude =
        y < 0 ? nearest_magnitude<Ties::away>(y) : nearest_magnitude<Ties::toward_zero>(y);
    return with_sign(magnitude, y < 0 && magnitude != 0);
}

E2m1 encode_e2m1_zero_ties(float y) {
    const uint8_t magnitude = nearest_magnitude<Ties::toward_zero>(y);
    return with_sign(magnitude, y < 0 && magnitude != 0);
}

E2m1 encode_e2m1_away_ties(float y) {
    const uint8_t magnitude = nearest_magnitude<Ties::away>(y);
    return with_sign(magnitude, y < 0 && magnitude != 0);
}

} // namespace fp4
