#pragma once
#include <cmath>
#include <limits>

#include "encode_lanes.hpp"

namespace fp4::lanes {

// Magnitudes for which the special is at least as close as the nearest E2M1 value: low..high, both
// ends included.
struct SpecialWindow {
    float low = std::numeric_limits<float>::infinity(),
          high = 0; // empty: E2M1 has the value already

    explicit SpecialWindow(int mag_halves) {
        int below = 0, above = special_max_halves + 1;
        for (int halves : e2m1_halves_table) {
            if (halves == mag_halves) return;
            if (halves < mag_halves) below = std::max(below, halves);
            if (halves > mag_halves) above = std::min(above, halves);
        }
        low = static_cast<float>(below + mag_halves) * 0.25f;
        high = above > special_max_halves ? std::numeric_limits<float>::infinity()
                                          : static_cast<float>(above + mag_halves) * 0.25f;
    }
};

// encode_block_razer_a for one lane. `fused`: as in divide_by_block_scale. `five`: V1 is 5, whose
// gains are exact in binary32 (the online closed form). The gains of any V1 are exact in binary64,
// and so is their sum in any order: multiples of 2^-43 below 2^10.
template <bool five, bool fused>
struct EncodeRazerA {
    float tensor_scale;
    float special;
    SpecialWindow window;

    EncodeRazerA(float tensor_scale_, Specials specials)
        : tensor_scale(tensor_scale_), special(static_cast<float>(specials.v1_halves) * 0.5f),
          window(specials.v1_halves) {}

    [[gnu::always_inline]] EncodedLane operator()(Elements x, int32_t amax_bits) const {
        constexpr const FormatSpec& spec = spec_of(Format::razer_a);
        const float amax =
            float_of(amax_bits) / tensor_scale; // that of y: rounding keeps the order
        const int32_t payload = scale_payload<ScaleType::ue4m3>(amax / 6.0f, 1, spec.encode_max);
        const float scale = scale_value<ScaleType::ue4m3>(payload);
        const float reciprocal = 1.0f / scale;
        std::array<uint32_t, 2> with_positive{}, with_negative{};
        std::conditional_t<five, float, double> gain = 0;
#pragma GCC unroll 16
        for (int i = 0; i < dot_lanes; ++i) {
            const float w = float_of(std::min(magnitude_bits(x[i] / tensor_scale),
                                              bits_of(0x1p60f))); // nothing changes up there
            const float distance = divide_by_block_scale<fused>(w, scale, reciprocal);
            const float y =
                float_of(bits_of(distance) | (bits_of(x[i]) & std::numeric_limits<int32_t>::min()));
            const Magnitude nearest =
                nearest_magnitude(bits_of(distance), 0, 0, 0); // ties toward zero
            const bool takes_positive = (y >= window.low) & (y <= window.high),
                       takes_negative = (y <= -window.low) & (y >= -window.high);
            if constexpr (five) {
                const float term = 1.0f - 2.0f * std::fabs(distance - 5.0f);
                gain += takes_positive ? term : 0.0f;
                gain -= takes_negative ? term : 0.0f;
            } else {
                const double near = std::min(
                    distance, 64.0f); // beyond every window, and small enough to subtract exactly
                const double from_e2m1 = near - double{float_of(nearest.bits)},
                             from_special = near - double{special};
                const double term = from_e2m1 * from_e2m1 - from_special * from_special;
                gain += takes_positive ? term : 0.0;
                gain -= takes_negative ? term : 0.0;
            }
            const uint32_t code =
                static_cast<uint32_t>(nearest.code) | (nearest.code != 0 ? sign_of(x[i]) << 3 : 0u);
            const auto sentinel = static_cast<uint32_t>(spec.sentinel);
            put(with_positive, i, takes_positive ? sentinel : code);
            put(with_negative, i, takes_negative ? sentinel : code);
        }
        const bool positive = gain > 0;
        return {positive ? payload : payload | 1 << spec.sign_bit,
                {positive ? with_positive[0] : with_negative[0],
                 positive ? with_positive[1] : with_negative[1]}};
    }
};

} // namespace fp4::lanes
