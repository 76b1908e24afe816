// The encoders of the public NVFP4 and MXFP4 quantizers by brute force, rule by rule, sharing no
// code with golden. Beside slow_encode.hpp.
#pragma once
#include <bit>
#include <cfloat>
#include <string_view>

#include "slow_online.hpp"

namespace fp4::slow {

inline float to_bf16(float x) {
    return std::bit_cast<float>(
        bits_of_value(bf16_layout, value_of_fp32(std::bit_cast<uint32_t>(x)), false) << 16);
}

// The name of the rule that an encoder follows: its own, or that of the encoder that it applies to
// another format.
inline std::string_view rule_name(Encoder encoder) {
    const EncoderSpec& spec = spec_of(encoder);
    return spec.kind == EncoderKind::scaled && spec.elements_of ? spec_of(*spec.elements_of).name
                                                                : spec.name;
}

// S or G, whichever the rule has. `name` is the encoder whose rule it is.
inline float tensor_number(std::string_view name, float amax, Format format = Format::nvfp4) {
    const float range =
        largest_element(format) * static_cast<float>(scale_value(format, largest_payload(format)));
    if (amax == 0 || name == "ggml" || name.starts_with("ocp") || name == "amd") return 1;
    if (name == "nv" || name == "mse" || name == "modelopt" || name == "torchao" ||
        name == "mixfp4")
        return std::max(amax / range, FLT_MIN);
    if (name == "online") {
        const float g = to_bf16(range / amax);
        return g > FLT_MAX ? 0x1.FEp127f : g;
    }
    float g = (name == "fouroversix" ? 1536.0f : range) / amax;
    if (name == "ct" || name == "ct-bf16") {
        const float inverse = 1.0f / amax,
                    product = (name == "ct" ? inverse : to_bf16(inverse)) * range;
        g = name == "ct" ? product : to_bf16(product);
    }
    if (g > FLT_MAX) g = name == "ct" || name == "ct-bf16" ? 1 : FLT_MAX;
    return g;
}

inline EncodedBlock with_scale(std::string_view name, std::span<const float, 16> x, int payload,
                               float t, Format format = Format::nvfp4) {
    const test::Lanes& halves = test::row_of(format).lanes;
    EncodedBlock block{static_cast<uint8_t>(payload), {}};
    const auto s = static_cast<float>(scale_value(format, payload));
    for (size_t i = 0; i < 16; ++i) {
        float y = x[i];
        if (x[i] != 0) {
            if (name == "nv" || name == "mse" || name == "modelopt") {
                const float unit = s * t;
                y = x[i] / unit;
                if (s == 0) y = std::copysign(0.0f, x[i]);
            } else if (name == "te") {
                const float inverse = 1.0f / t, product = s * inverse,
                            factor = product == 0 ? FLT_MAX : std::min(1.0f / product, FLT_MAX);
                y = x[i] * factor;
            } else if (name == "vllm") {
                const float inverse = 1.0f / t, product = s * inverse,
                            factor = product == 0 ? 1.0f / 1e8f : 1.0f / product;
                y = x[i] * factor;
            } else if (name == "ct" || name == "ct-bf16") {
                const float unit = s / t;
                y = x[i] / unit;
            } else if (name == "amd") {
                y = x[i] / s;
            } else if (name == "torchao") {
                const float inverse = 1.0f / t, factor = inverse / s;
                y = x[i] * factor;
            } else {
                const float inverse = 1.0f / t, product = inverse * s, factor = 1.0f / product;
                y = s == 0 ? 0 : x[i] * factor;
            }
        }
        const bool keeps_sign = name == "nv" || name == "mse" || name == "torchao" || name == "amd";
        block.codes[i] =
            static_cast<uint8_t>(keeps_sign ? encode_rne(y, halves) : encode_rne_neg(y, halves));
    }
    return block;
}

inline int ggml_payload(float x) {
    if (x >= 248) return 0x7E;
    if (x < 0.015625f) {
        const float n = x * 512.0f, shifted = n + 0.5f;
        int payload = 0;
        while (payload < 7 && static_cast<float>(payload + 1) <= shifted) ++payload;
        return payload;
    }
    int best = 8;
    for (int payload = 9; payload < 0x78; ++payload)
        if (std::fabs(scale_value(Format::nvfp4, payload) - x) <=
            std::fabs(scale_value(Format::nvfp4, best) - x))
            best = payload;
    return best;
}

inline EncodedBlock encode_ggml(std::span<const float, 16> x) {
    EncodedBlock block{static_cast<uint8_t>(ggml_payload(largest_of(x) / 6.0f)), {}};
    for (size_t i = 0; i < 16; ++i) {
        std::array<float, 16> distance;
        for (size_t code = 0; code < 16; ++code) {
            const double q = (code < 8 ? 1 : -1) * e2m1_magnitude[code % 8];
            distance[code] = std::fabs(
                static_cast<float>(q * scale_value(Format::nvfp4, block.scale_byte)) - x[i]);
        }
        block.codes[i] =
            static_cast<uint8_t>(std::ranges::min_element(distance) - distance.begin());
    }
    return block;
}

// t: S or G; A: the tensor's amax.
inline EncodedBlock encode_public(std::string_view name, std::span<const float, 16> x, float t,
                                  float amax, Format format = Format::nvfp4) {
    constexpr auto sixth = std::bit_cast<float>(0x3E2AAAABu);
    const auto q8 = [&](float d) { return nearest_payload(format, d, largest_payload(format)); };
    const float b = largest_of(x), b_over_6 = b / largest_element(format);
    if (name == "ggml") return encode_ggml(x);
    if (name == "online") return encode_online(x, t, format);
    if (name == "nv") {
        const float d = b_over_6 / t;
        return with_scale(name, x, q8(d), t);
    }
    if (name == "te") {
        const float u = t * sixth, d = b * u;
        return with_scale(name, x, q8(d), t, format);
    }
    if (name == "vllm") {
        const float u = b * sixth, d = t * u;
        return with_scale(name, x, q8(d), t);
    }
    if (name == "ct" || name == "ct-bf16") {
        const float u = name == "ct" ? b_over_6 : to_bf16(b_over_6), d = t * u;
        return with_scale(name, x, q8(d) == 0 ? 0x20 : q8(d), t);
    }
    if (name == "modelopt") {
        const float u = 6.0f * t;
        float d = b / u;
        if (d == 0) d = 1;
        return with_scale(name, x, q8(std::max(d, 0x1p-9f)), t);
    }
    if (name == "torchao") {
        const float d = b_over_6 / t;
        return with_scale(name, x, q8(std::max(d, 0x1p-6f)), t);
    }
    if (name == "amd") return with_scale(name, x, q8(std::max(b_over_6, 0x1p-17f)), t, format);
    if (name == "mixfp4") {
        const auto y = divided(x, t);
        EncodedBlock best{};
        double smallest = 0;
        for (int e1m2 = 1; e1m2 >= 0; --e1m2) {
            const test::FormatRow& row = test::row_of(format);
            const test::Lanes& halves = e1m2 ? row.other_lanes : row.lanes;
            EncodedBlock block{
                static_cast<uint8_t>(q8(largest_of(y) / static_cast<float>(halves[7] / 2))), {}};
            const auto s = static_cast<float>(scale_value(format, block.scale_byte));
            double sum = 0;
            for (size_t i = 0; i < 16; ++i) {
                const int code = s == 0 ? 0 : encode_rne(y[i] / s, halves);
                const double restored = halves[static_cast<size_t>(code)] / 2.0 * double{s},
                             difference = restored - double{y[i]}, square = difference * difference;
                sum = sum + square;
                block.codes[i] = static_cast<uint8_t>(code);
            }
            if (block.scale_byte != 0 && e1m2) block.scale_byte += 128;
            if (e1m2 || sum < smallest) best = block, smallest = sum;
        }
        return best;
    }
    if (name == "if4") {
        const float d = b_over_6 * t, inverse = 1.0f / t;
        const int payload = q8(d);
        const auto s = static_cast<float>(scale_value(format, payload));
        const float unit = inverse * s, factor = 1.0f / unit;
        EncodedBlock best{};
        double smallest = INFINITY;
        for (int in_int4 = 0; in_int4 < 2; ++in_int4) { // E2M1 on a tie
            EncodedBlock block{static_cast<uint8_t>(payload + 128 * in_int4), {}};
            double sum = 0;
            for (size_t i = 0; i < 16; ++i) {
                const float y = s == 0 || x[i] == 0 ? 0 : x[i] * factor;
                const float sevenths = y * std::bit_cast<float>(0x3F955555u);
                const int code =
                    in_int4 ? encode_rne_neg(sevenths, test::int4) : encode_rne_neg(y, test::e2m1);
                const auto at = static_cast<size_t>(code);
                const double six_k_s = 6.0 * (test::int4[at] / 2.0) * double{s},
                             value = in_int4 ? six_k_s / 7 : test::e2m1[at] / 2.0 * double{s},
                             restored = value * double{inverse},
                             difference = restored - double{x[i]}, square = difference * difference;
                sum = sum + square;
                block.codes[i] = static_cast<uint8_t>(code);
            }
            if (sum < smallest) best = block, smallest = sum;
        }
        return best;
    }
    if (name == "mse") {
        if (b == 0) return with_scale("nv", x, 0, t);
        EncodedBlock best{};
        double smallest = INFINITY;
        for (int payload = 1; payload <= 0x7E; ++payload) {
            const auto block = with_scale("nv", x, payload, t);
            double sum = 0;
            for (size_t i = 0; i < 16; ++i) {
                const double q = (block.codes[i] < 8 ? 1 : -1) * e2m1_magnitude[block.codes[i] % 8],
                             qs = q * scale_value(Format::nvfp4, payload);
                const double restored = qs * double{t}, difference = restored - double{x[i]},
                             square = difference * difference;
                sum = sum + square;
            }
            if (sum < smallest) best = block, smallest = sum;
        }
        return best;
    }
    const float d6 = b_over_6 * t, d4 = d6 * 1.5f;
    const auto six = with_scale(name, x, q8(d6), t, format),
               four = with_scale(name, x, q8(d4), t, format);
    if (name == "fouroversix-6") return six;
    const auto error = [&](const EncodedBlock& block) { // times (range * 2^159)^2, an integer
        Integer sum = 0;
        for (size_t i = 0; i < 16; ++i) {
            const double q = (block.codes[i] < 8 ? 1 : -1) * e2m1_magnitude[block.codes[i] % 8],
                         qs = q * scale_value(Format::nvfp4, block.scale_byte);
            const int range = name == "fouroversix" ? 1536 : 2688;
            const Integer restored = Integer(qs * 1024) * float_steps(amax),
                          wanted = Integer(range * 1024) * float_steps(x[i]);
            sum += (restored - wanted) * (restored - wanted);
        }
        return sum;
    };
    return error(four) < error(six) ? four : six;
}

struct EncodedOcp {
    uint8_t scale_byte;
    std::array<uint8_t, 32> codes;
};

// b in units of 2^exponent: at most 6 for ceil; below 8, for even once it is rounded to 0, 1, 2, 3,
// 4, 6 or 8 of them.
inline bool ocp_fits(std::string_view name, double units) {
    if (name == "ocp-ceil") return units <= 6;
    if (name == "ocp-even" && units > 6) return 8 - units > units - 6;
    return units < 8;
}

inline EncodedOcp encode_ocp(std::string_view name, std::span<const float, 32> x) {
    const double b = largest_of(x);
    int exponent = -127;
    while (exponent < 127 && !ocp_fits(name, std::ldexp(b, -exponent))) ++exponent;
    EncodedOcp block{static_cast<uint8_t>(exponent + 127), {}};
    for (size_t i = 0; i < 32; ++i)
        block.codes[i] = static_cast<uint8_t>(encode_rne(std::ldexp(double{x[i]}, -exponent)));
    return block;
}

} // namespace fp4::slow
