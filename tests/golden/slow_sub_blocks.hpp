// The encoders of formats whose scale records speak of parts of a block, by search over what a
// record can hold, sharing no code with golden.
#pragma once
#include "slow_nvfp4.hpp"

namespace fp4::slow {

struct EncodedRecord {
    uint32_t record = 0;
    std::vector<uint8_t> codes;
};

// HiFloat4: bit number i of byte b, from the top.
inline uint32_t bit_of(int b, int i) { return uint32_t{128} >> i << (8 * b); }

inline EncodedRecord encode_hif4(std::span<const float> x) {
    EncodedRecord out{0, std::vector<uint8_t>(64)};
    const float amax = largest_of(x);
    if (amax == 0) return out;
    const float sevenths = amax * to_bf16(1.0f / 7.0f);
    const int payload = nearest_payload(Format::hif4, to_bf16(sevenths), 254);
    const float reciprocal = to_bf16(1.0f / static_cast<float>(scale_value(Format::hif4, payload)));
    out.record = static_cast<uint32_t>(payload);
    for (int i = 0; i < 64; ++i) {
        const auto group = [&](int length) {
            const float product = largest_of(x.subspan(static_cast<size_t>(i / length * length),
                                                       static_cast<size_t>(length))) *
                                  reciprocal;
            return double{product};
        };
        const bool eights = group(8) >= 4, fours = group(4) >= (eights ? 4 : 2);
        if (eights) out.record |= bit_of(1, i / 8);
        if (fours) out.record |= bit_of(i < 32 ? 2 : 3, i % 32 / 4);
        const float scaled = std::fabs(x[static_cast<size_t>(i)]) * reciprocal;
        uint8_t best = 0;
        for (uint8_t m = 1; m < 8; ++m) { // ties away from zero
            const double unit = (eights ? 2.0 : 1.0) * (fours ? 2.0 : 1.0) / 4;
            if (std::fabs(m * unit - double{scaled}) <= std::fabs(best * unit - double{scaled}))
                best = m;
        }
        out.codes[static_cast<size_t>(i)] =
            static_cast<uint8_t>(best + (std::signbit(x[static_cast<size_t>(i)]) ? 8 : 0));
    }
    return out;
}

inline EncodedRecord encode_m2xfp(std::span<const float> x) {
    EncodedRecord best;
    double smallest = INFINITY;
    int e = -127;
    while (e < 130 && std::ldexp(8.0, e) <= double{std::max(largest_of(x), 1e-8f)}) ++e;
    for (int step = -1; step <= 1; ++step) {
        const int exponent = std::min(std::max(e + step, -127), 127);
        EncodedRecord tried{static_cast<uint32_t>(exponent + 127), std::vector<uint8_t>(32)};
        double total = 0;
        for (size_t part = 0; part < 4; ++part) {
            double least = INFINITY;
            for (uint32_t m = 0; m < 4; ++m) {
                const auto scale = static_cast<float>(std::ldexp(4.0 + m, exponent - 2));
                std::array<uint8_t, 8> codes;
                double sum = 0;
                for (size_t i = 0; i < 8; ++i) {
                    const float value = x[8 * part + i], y = value / scale;
                    codes[i] = static_cast<uint8_t>(encode_rne(y));
                    const double restored = test::e2m1[codes[i]] / 2.0 * double{scale},
                                 difference = restored - double{value},
                                 square = difference * difference;
                    sum = sum + square;
                }
                if (sum >= least) continue;
                least = sum;
                tried.record = tried.record % (256u << (2 * part)) + (m * 256 << (2 * part));
                std::ranges::copy(codes, tried.codes.begin() + static_cast<ptrdiff_t>(8 * part));
            }
            total = total + least;
        }
        if (total < smallest) best = tried, smallest = total;
    }
    return best;
}

} // namespace fp4::slow
