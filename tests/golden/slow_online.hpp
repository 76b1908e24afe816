// The encoder `online` by brute force over all payloads and codes, in integers. Beside
// slow_encode.hpp.
#pragma once
#include <bit>

#include "slow_encode.hpp"

namespace fp4::slow {

// A float in units of the smallest, 2^-149.
inline Integer float_steps(float x) {
    const uint32_t bits = std::bit_cast<uint32_t>(x), field = bits >> 23 & 255;
    Integer steps = (bits & 0x7FFFFF) + (field == 0 ? 0u : 1u << 23);
    steps <<= field == 0 ? 0u : field - 1;
    return bits >> 31 ? Integer(-steps) : steps;
}

// The first of `count` values, rising, that is nearest to x; of two the one with the even index.
template <class Value>
int nearest_index(const Integer& x, int count, const Value& value) {
    int best = 0;
    for (int i = 1; i < count; ++i) {
        const Integer gain = abs(value(best) - x) - abs(value(i) - x);
        if (gain > 0 || (gain == 0 && i % 2 == 0)) best = i;
    }
    return best;
}

inline EncodedBlock encode_online(std::span<const float, 16> x, float divisor, Format format,
                                  int special_halves = 10) {
    const bool razer = format == Format::razer_a;
    // Products of two floats are integers in units of 2^-298; scales count steps of 2^-9.
    const Integer scale_unit = Integer(1) << (298 - 9);
    const auto steps_of = [](int payload) {
        return static_cast<int>(scale_value(Format::nvfp4, payload) * 512);
    };
    const Integer product = float_steps(largest_of(x)) * float_steps(divisor);
    int payload =
        nearest_index(product, 0x7F, [&](int p) { return Integer(6 * steps_of(p)) * scale_unit; });
    if (razer && payload == 0) payload = 1;
    const Integer scale = steps_of(payload) * scale_unit;
    const int significand = payload < 8 ? payload : 8 + payload % 8;

    const bool new_value = razer && !is_e2m1(special_halves / 2.0);
    EncodedBlock block{static_cast<uint8_t>(payload), {}};
    std::array<bool, 16> in_window{};
    int total = 0;
    for (size_t i = 0; i < 16; ++i) {
        const bool negative = std::signbit(x[i]);
        const Integer z = abs(float_steps(x[i])) * float_steps(divisor);
        // Twice z against half-units of the scale.
        const int code = payload == 0 ? 0 : nearest_index(2 * z, 8, [&](int c) {
            return Integer(test::e2m1[static_cast<size_t>(c)]) * scale;
        });
        const int halves = test::e2m1[static_cast<size_t>(code)];
        if (new_value) {
            const Integer to_special = abs(2 * z - special_halves * scale),
                          to_e2m1 = abs(2 * z - halves * scale);
            in_window[i] = to_special <= to_e2m1;
        }
        if (in_window[i]) {
            // A quarter of the scale's step is scale / significand / 4.
            const Integer quarters = 4 * significand * z / scale;
            const int u = quarters > 1023 ? 1023 : static_cast<int>(quarters);
            const int from_e2m1 = u - 2 * halves * significand,
                      from_special = u - 2 * special_halves * significand;
            const int saved = from_e2m1 * from_e2m1 - from_special * from_special;
            total += negative ? -saved : saved;
        }
        block.codes[i] = static_cast<uint8_t>(code + (negative && (code > 0 || !razer) ? 8 : 0));
    }
    if (!razer) return block;
    const bool minus = total <= 0;
    if (minus) block.scale_byte |= 0x80;
    for (size_t i = 0; i < 16; ++i)
        if (in_window[i] && std::signbit(x[i]) == minus) block.codes[i] = 8;
    return block;
}

} // namespace fp4::slow
