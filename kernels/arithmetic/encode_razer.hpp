// Blocks of the RaZeR formats, encoder `razer-paper`: which special value, and which elements take
// it.
#pragma once
#include "encoded.hpp"
#include "round_element.hpp"
#include "round_scale.hpp"

namespace fp4::kernels {

// Weights: each of the four specials with a scale of its own; the smallest squared error wins, the
// first of equals.
struct EncodeRazerW {
    static constexpr int block = 16;

    int v1_halves, v2_halves;
    uint32_t largest_payload; // 0x3E (28) or 0x3F (30)

    FP4_HD Encoded<block> operator()(const float (&x)[block], float tensor_scale) const {
        float w[block];
#pragma unroll
        for (int i = 0; i < block; ++i) w[i] = divide_rn(x[i], tensor_scale);
        const float amax = amax_of(w);
        Encoded<block> best{};
        double best_error = 0;
        for (uint32_t candidate = 0; candidate < 4; ++candidate) {
            const bool negative = candidate & 1, second = candidate & 2;
            double error = 0;
            const auto found = under(w, amax, second ? v2_halves : v1_halves, negative, error);
            if (candidate && !(error < best_error)) continue;
            best = found;
            best.scale_byte |= (negative ? 0x80 : 0) | (second ? 0x40 : 0);
            best_error = error;
        }
        return best;
    }

  private:
    // y in (above, up_to] takes the special.
    struct Window {
        float above, up_to;
    };

    // Between the special and its neighbors in E2M1; none for a value that E2M1 has.
    FP4_HD static Window window(int mag_halves, bool negative) {
        int below = 0, beyond = 0;
        for (uint32_t code = 0; code < 8; ++code) {
            const int halves = e2m1_mag_halves(code);
            if (halves == mag_halves) return {0, 0};
            if (halves < mag_halves)
                below = halves;
            else if (!beyond)
                beyond = halves;
        }
        const float inner = 0.25f * static_cast<float>(below + mag_halves),
                    outer = beyond ? 0.25f * static_cast<float>(beyond + mag_halves)
                                   : float_of(0x7F800000);
        return negative ? Window{-outer, -inner} : Window{inner, outer};
    }

    FP4_HD Encoded<block> under(const float (&w)[block], float amax, int mag_halves, bool negative,
                                double& error) const {
        const float magnitude = 0.5f * static_cast<float>(mag_halves),
                    special = negative ? -magnitude : magnitude;
        float wanted = divide_rn(amax, magnitude > 6.0f ? magnitude : 6.0f);
        const float smallest = scale_value(ScaleType::e3m3, 1),
                    largest = scale_value(ScaleType::e3m3, largest_payload);
        wanted = wanted < smallest ? smallest : wanted > largest ? largest : wanted;
        Encoded<block> out{round_scale(ScaleType::e3m3, wanted, largest_payload), {}};
        const float scale = scale_value(ScaleType::e3m3, out.scale_byte);
        const Window takes = window(mag_halves, negative);
#pragma unroll
        for (int i = 0; i < block; ++i) {
            const float y = divide_rn(w[i], scale);
            const bool is_special = y > takes.above && y <= takes.up_to;
            const uint32_t code = is_special ? 8 : e2m1_floor_ties(y);
            const float q = is_special ? special : e2m1_value(code);
            const double difference = add_rn(multiply_rn(double{q}, double{scale}), -double{w[i]});
            error = add_rn(error, multiply_rn(difference, difference));
            out.put(i, code);
        }
        return out;
    }
};

// Activations: one scale for both signs; the special has the sign that saves more squared error,
// minus where neither does.
struct EncodeRazerA {
    static constexpr int block = 16;

    int v1_halves;

    FP4_HD Encoded<block> operator()(const float (&x)[block], float tensor_scale) const {
        float wanted = divide_rn(divide_rn(amax_of(x), tensor_scale), 6.0f);
        wanted = wanted < 0x1p-9f ? 0x1p-9f : wanted > 448.0f ? 448.0f : wanted;
        Encoded<block> out{round_scale(ScaleType::ue4m3, wanted, 0x7E), {}};
        const float scale = scale_value(ScaleType::ue4m3, out.scale_byte);
        const double special = 0.5 * v1_halves;
        bool special_is_new = true;
        for (uint32_t code = 0; code < 8; ++code)
            special_is_new = special_is_new && e2m1_mag_halves(code) != v1_halves;

        uint32_t window = 0, negative = 0; // of the elements, a bit each
        double gain = 0;                   // what +V1 saves less what -V1 saves
#pragma unroll
        for (int i = 0; i < block; ++i) {
            const float y = divide_rn(divide_rn(x[i], tensor_scale), scale);
            const uint32_t code = e2m1_zero_ties(y);
            const double magnitude = magnitude_of(y) < 64.0f ? double{magnitude_of(y)} : 64.0;
            const double from_code = add_rn(magnitude, -0.5 * e2m1_mag_halves(code)),
                         from_special = add_rn(magnitude, -special);
            const double code_error = multiply_rn(from_code, from_code),
                         special_error = multiply_rn(from_special, from_special);
            const bool inside =
                special_is_new && (from_special < 0 ? -from_special : from_special) <=
                                      (from_code < 0 ? -from_code : from_code);
            const double saved = add_rn(code_error, -special_error);
            if (inside) {
                gain = add_rn(gain, y < 0 ? -saved : saved);
                window |= 1u << i;
            }
            negative |= static_cast<uint32_t>(y < 0) << i;
            out.put(i, code);
        }
        const bool minus = !(gain > 0);
        if (minus) out.scale_byte |= 0x80;
        const uint32_t takes = window & (minus ? negative : ~negative);
#pragma unroll
        for (int i = 0; i < block; ++i)
            if (takes >> i & 1)
                out.codes[i / 8] = (out.codes[i / 8] & ~(0xFu << 4 * (i % 8))) | 8u << 4 * (i % 8);
        return out;
    }
};

} // namespace fp4::kernels
