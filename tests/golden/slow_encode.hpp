// The encoders' rules by brute force: every payload and every code is tried, distances are exact in
// binary64, ties as named by the rule. The roundings that are part of a rule (x / S, b / 6, y) are
// native binary32 operations in the order the rules state.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "fp4/encode/encode.hpp"
#include "slow_twin.hpp"

namespace fp4::slow {

inline constexpr double e2m1_magnitude[8] = {0, .5, 1, 1.5, 2, 3, 4, 6};
inline bool is_e2m1(double magnitude) {
    return std::ranges::find(e2m1_magnitude, magnitude) != std::end(e2m1_magnitude);
}

inline double scale_value(Format format, int payload) {
    const auto scale = scale_of(format, payload);
    return std::ldexp(scale.mantissa, scale.exponent);
}

// Nearest payload, ties to even, saturating.
inline int nearest_payload(Format format, float x, int max_payload) {
    if (x >= scale_value(format, max_payload)) return max_payload;
    int best = 0;
    for (int payload = 1; payload <= max_payload; ++payload) {
        const double gain =
            std::fabs(scale_value(format, best) - x) - std::fabs(scale_value(format, payload) - x);
        if (gain > 0 || (gain == 0 && payload % 2 == 0)) best = payload;
    }
    return best;
}

inline double inside(double y) {
    return std::clamp(y, -64.0, 64.0);
} // beyond the codebook its ends win

enum class Tie { even_code, lower_magnitude, higher_magnitude };

inline int nearest_magnitude(double y, Tie tie, const test::Lanes& halves = test::e2m1) {
    const double magnitude = std::fabs(inside(y));
    const auto value = [&](int code) { return halves[static_cast<size_t>(code)] / 2.0; };
    int best = 0;
    for (int code = 1; code < 8; ++code) {
        const double gain = std::fabs(value(best) - magnitude) - std::fabs(value(code) - magnitude);
        if (gain > 0 || (gain == 0 && (tie == Tie::higher_magnitude ||
                                       (tie == Tie::even_code && code % 2 == 0))))
            best = code;
    }
    return best;
}

// The code of minus the value of a code below 8; of zero, -0 where there is one.
inline int negative_code(int code, const test::Lanes& halves) {
    for (size_t negative = 8; negative < 16; ++negative)
        if (halves[negative] == -halves[static_cast<size_t>(code)])
            return static_cast<int>(negative);
    return code;
}

inline int encode_rne(double y, const test::Lanes& halves = test::e2m1) {
    const int code = nearest_magnitude(y, Tie::even_code, halves);
    return std::signbit(y) ? negative_code(code, halves) : code;
}
inline int encode_rne_neg(double y, const test::Lanes& halves = test::e2m1) {
    const int code = nearest_magnitude(y, Tie::even_code, halves);
    return y < 0 ? negative_code(code, halves) : code;
}

inline float largest_element(Format format) {
    const test::FormatRow& row = test::row_of(format);
    return static_cast<float>(row.lanes[7]) / static_cast<float>(row.units);
}
inline int largest_payload(Format format) {
    const test::ScaleByte& scale = test::row_of(format).scale;
    return scale.nan == scale.payloads - 1 ? scale.nan - 1 : scale.payloads - 1;
}

inline float largest_of(std::span<const float> x) {
    float largest = 0;
    for (float value : x) largest = std::max(largest, std::fabs(value));
    return largest;
}

inline std::array<float, 16> divided(std::span<const float, 16> x, float divisor) {
    std::array<float, 16> y{};
    for (size_t i = 0; i < 16; ++i) y[i] = x[i] / divisor;
    return y;
}

// Nearest of the 15 E2M1 values and the special (code 8), ties to the lower value; an E2M1 value
// takes its E2M1 code.
inline int nearest_in_codebook(float y, double special) {
    int best = -1;
    double best_value = 0;
    for (int code = 0; code < 16; ++code) {
        if (code == 8 && is_e2m1(std::fabs(special))) continue;
        const double value = code == 8  ? special
                             : code > 8 ? -e2m1_magnitude[code - 8]
                                        : e2m1_magnitude[code];
        const double gain =
            best < 0 ? 1 : std::fabs(inside(y) - best_value) - std::fabs(inside(y) - value);
        if (gain > 0 || (gain == 0 && value < best_value)) best = code, best_value = value;
    }
    return best;
}

// E2M1 ties to even, then the special where it is at least as close.
inline int nearest_rne(float y, double special) {
    const int magnitude = nearest_magnitude(y, Tie::even_code);
    const double q = y < 0 ? -e2m1_magnitude[magnitude] : e2m1_magnitude[magnitude];
    if (!is_e2m1(std::fabs(special)) && std::fabs(inside(y) - special) <= std::fabs(inside(y) - q))
        return 8;
    return magnitude == 0 ? 0 : y < 0 ? magnitude + 8 : magnitude;
}

inline EncodedBlock encode_razer_w(std::span<const float, 16> x, float tensor_scale,
                                   Specials specials, bool rne = false, int largest_scale = 28) {
    const auto w = divided(x, tensor_scale);
    const float largest = largest_of(w);
    EncodedBlock kept{};
    double kept_error = INFINITY;
    for (int candidate = 0; candidate < 4; ++candidate) { // +V1 -V1 +V2 -V2
        const double v = (candidate < 2 ? specials.v1_halves : specials.v2_halves) / 2.0,
                     special = candidate % 2 ? -v : v;
        float d = largest / static_cast<float>(std::max(6.0, v));
        d = std::min(std::max(d, 0x1p-5f), static_cast<float>(largest_scale));
        const int payload = nearest_payload(Format::razer_w, d, largest_scale == 28 ? 0x3E : 0x3F);
        const double s = scale_value(Format::razer_w, payload);
        const auto y = divided(w, static_cast<float>(s));
        EncodedBlock block{
            static_cast<uint8_t>(payload + (candidate % 2 ? 128 : 0) + (candidate < 2 ? 0 : 64)),
            {}};
        double error = 0;
        for (size_t i = 0; i < 16; ++i) {
            const int code = rne ? nearest_rne(y[i], special) : nearest_in_codebook(y[i], special);
            const double q = code == 8  ? special
                             : code > 8 ? -e2m1_magnitude[code - 8]
                                        : e2m1_magnitude[code];
            const double restored = q * s, difference = restored - w[i],
                         square = difference * difference;
            error = error + square;
            block.codes[i] = static_cast<uint8_t>(code);
        }
        if (candidate == 0 || error < kept_error) kept = block, kept_error = error;
    }
    return kept;
}

// `variant`: paper, head, fork or rne.
inline EncodedBlock encode_razer_a(std::span<const float, 16> x, float tensor_scale,
                                   Specials specials, std::string_view variant = "paper") {
    const auto w = divided(x, tensor_scale);
    const float d = std::min(std::max(largest_of(w) / 6.0f, 0x1p-9f), 448.0f);
    const int payload = nearest_payload(Format::razer_a, d, 0x7E);
    const auto s = static_cast<float>(scale_value(Format::razer_a, payload));
    const float both = tensor_scale * s;
    const auto y = variant == "fork" ? divided(x, both) : divided(w, s);
    const double v = specials.v1_halves / 2.0;
    double gain = 0;
    for (float element : y) {
        const double magnitude = std::fabs(double{element}), sign = element < 0 ? -1 : 1;
        if (specials.v1_halves == 10) { // the closed form
            if (magnitude >= 4.5 && magnitude <= 5.5)
                gain += sign * (1 - 2 * std::fabs(magnitude - 5));
        } else if (!is_e2m1(v)) {
            const double to_e2m1 = magnitude -
                                   e2m1_magnitude[nearest_magnitude(element, Tie::lower_magnitude)],
                         to_special = magnitude - v;
            const double saved = to_e2m1 * to_e2m1 - to_special * to_special;
            if (saved >= 0) gain += sign * saved;
        }
    }
    const double special = gain > 0 ? v : -v;
    EncodedBlock block{static_cast<uint8_t>(payload + (gain > 0 ? 0 : 128)), {}};
    for (size_t i = 0; i < 16; ++i) {
        Tie tie = Tie::lower_magnitude;
        if (variant == "head" || (variant == "fork" && y[i] < 0)) tie = Tie::higher_magnitude;
        if (variant == "rne") tie = Tie::even_code;
        const int magnitude = nearest_magnitude(y[i], tie);
        const double q = y[i] < 0 ? -e2m1_magnitude[magnitude] : e2m1_magnitude[magnitude];
        const bool use_special =
            !is_e2m1(v) && std::fabs(inside(y[i]) - special) <= std::fabs(inside(y[i]) - q);
        block.codes[i] = static_cast<uint8_t>(use_special      ? 8
                                              : magnitude == 0 ? 0
                                              : y[i] < 0       ? magnitude + 8
                                                               : magnitude);
    }
    return block;
}

} // namespace fp4::slow
