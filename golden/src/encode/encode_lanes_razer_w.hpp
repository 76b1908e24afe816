#pragma once
#include <cmath>
#include <limits>

#include "encode_lanes.hpp"
#include "fp4/encode/encode_razer_w.hpp"

namespace fp4::lanes {

// RazerWeightEncoder for one lane. The two signs of a special share the block scale and every error
// but those of the elements that take it.
class EncodeRazerW {
  public:
    EncodeRazerW(float tensor_scale, Specials specials)
        : tensor_scale_(tensor_scale), pairs_{Pair{specials.v1_halves}, Pair{specials.v2_halves}} {}

    [[gnu::always_inline]] EncodedLane operator()(Elements x, int32_t amax_bits) const {
        const float amax =
            float_of(amax_bits) / tensor_scale_; // that of w: rounding keeps the order
        EncodedLane best{};
        double best_error = std::numeric_limits<double>::quiet_NaN(); // the first candidate is kept
                                                                      // whatever its error
        const auto keep = [&](double error, int32_t scale_byte,
                              const std::array<uint32_t, 2>& words) __attribute__((always_inline)) {
            const bool better = !(error >= best_error);
            best_error = better ? error : best_error;
            best.scale_byte = better ? scale_byte : best.scale_byte;
            best.words = {better ? words[0] : best.words[0], better ? words[1] : best.words[1]};
        };
#pragma GCC unroll 2
        for (int second = 0; second < 2; ++second) {
            const Pair& pair = pairs_[static_cast<size_t>(second)];
            const int32_t payload =
                scale_payload<ScaleType::e3m3>(amax / pair.divisor, 1, spec.encode_max);
            const float scale = scale_value<ScaleType::e3m3>(payload);
            std::array<uint32_t, 2> with_positive{}, with_negative{};
            double positive_error = 0, negative_error = 0;
#pragma GCC unroll 16
            for (int i = 0; i < dot_lanes; ++i) {
                const float w = x[i] / tensor_scale_;
                const float y = w / scale;
                const auto negative = static_cast<int32_t>(sign_of(x[i]));
                const Magnitude nearest = nearest_magnitude(magnitude_bits(y), negative, negative,
                                                            negative); // ties toward minus infinity
                const bool takes_positive = pair.positive.takes(y),
                           takes_negative = pair.negative.takes(y);
                const float q = float_of(nearest.bits | negative << 31),
                            v = float_of(bits_of(pair.special) | negative << 31);
                const double from_e2m1 = squared_error(q, scale, w),
                             from_special = squared_error(v, scale, w);
                positive_error += takes_positive ? from_special : from_e2m1;
                negative_error += takes_negative ? from_special : from_e2m1;
                const uint32_t code =
                    static_cast<uint32_t>(nearest.code) |
                    (nearest.code != 0 ? static_cast<uint32_t>(negative) << 3 : 0u);
                const uint32_t sentinel = static_cast<uint32_t>(spec.sentinel);
                put(with_positive, i, takes_positive ? sentinel : code);
                put(with_negative, i, takes_negative ? sentinel : code);
            }
            const int32_t selector = second << spec.select_bit;
            keep(positive_error, payload | selector, with_positive);
            keep(negative_error, payload | selector | 1 << spec.sign_bit, with_negative);
        }
        return best;
    }

  private:
    static constexpr const FormatSpec& spec = spec_of(Format::razer_w);

    // The y that a signed special takes from the E2M1 values beside it in its codebook.
    struct Interval {
        float low = std::numeric_limits<float>::infinity(),
              high = low; // low excluded, high included; empty: E2M1 has the value already

        explicit Interval(int special_halves) {
            const RazerCodebook codebook(special_halves);
            const auto at = static_cast<size_t>(std::ranges::find(codebook.code, spec.sentinel) -
                                                codebook.code.begin());
            if (at == codebook.code.size()) return;
            low = at == 0 ? -std::numeric_limits<float>::infinity() : codebook.boundary[at - 1];
            if (at < codebook.boundary.size()) high = codebook.boundary[at];
        }
        [[gnu::always_inline]] bool takes(float y) const { return (y > low) & (y <= high); }
    };

    struct Pair {
        float special;
        float divisor; // the block's largest magnitude is scaled to this: max(6, V)
        Interval positive, negative;

        explicit Pair(int mag_halves)
            : special(static_cast<float>(mag_halves) * 0.5f), divisor(std::max(6.0f, special)),
              positive(mag_halves), negative(-mag_halves) {}
    };

    // q * scale is exact in binary32 already.
    [[gnu::always_inline]] static double squared_error(float q, float scale, float w) {
        const double difference = double{q * scale} - double{w};
        return difference * difference;
    }

    float tensor_scale_;
    std::array<Pair, 2> pairs_;
};

} // namespace fp4::lanes
