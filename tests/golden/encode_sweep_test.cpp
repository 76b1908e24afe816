// The common search against a brute force that follows its definition, for every format that is
// encoded.
#include "fp4/encode_sweep.hpp"

#include <gtest/gtest.h>

#include "fp4/decode.hpp"
#include "fp4/encode.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

struct Encoded {
    uint8_t scale_byte = 0;
    std::vector<uint8_t> codes;
};

// All scale bytes in ascending order of selector, then of payload; all codes for each element.
Encoded brute_force(const FormatSpec& spec, Format format, Specials specials, int last_payload,
                    const std::vector<float>& x, float multiplier) {
    Encoded best{0, std::vector<uint8_t>(x.size())};
    double best_error = INFINITY;
    if (std::ranges::all_of(x, [](float value) { return value == 0; })) return best;
    for (int selector = 0; selector < spec.selectors(); ++selector)
        for (int payload = spec.scale_spec().subnormals ? 1 : 0; payload <= last_payload;
             ++payload) {
            const auto byte = static_cast<uint8_t>(spec.byte_of_selector(selector) | payload);
            const double step =
                0.5 * double{scale_to_float(block_scale(format, byte))} * double{multiplier};
            Encoded candidate{byte, {}};
            double error = 0;
            for (const float value : x) {
                // The nearest; of two equally near the lower; of equal values the first code.
                uint8_t nearest = 0;
                for (uint8_t code = 1; code < 16; ++code) {
                    const double found = element_halves(format, specials, byte, {code}) * step,
                                 before = element_halves(format, specials, byte, {nearest}) * step,
                                 middle = (found + before) / 2;
                    if (found < before ? double{value} <= middle
                                       : found > before && double{value} > middle)
                        nearest = code;
                }
                const double difference =
                    element_halves(format, specials, byte, {nearest}) * step - double{value};
                error += difference * difference;
                candidate.codes.push_back(nearest);
            }
            if (error < best_error) best = candidate, best_error = error;
        }
    return best;
}

std::vector<float> block_of(Rng& rng, size_t size, int kind) {
    std::vector<float> x(size);
    for (float& value : x)
        value = kind == 0   ? rng.uniform(1.0f)
                : kind == 1 ? rng.uniform(1.0f) * rng.uniform(1.0f) * 40.0f
                : kind == 2 ? static_cast<float>(rng.between(-12, 12)) * 0.5f
                : kind == 3 ? rng.one_in(4) ? rng.uniform(1e-3f) : 0.0f
                            : rng.uniform(3000.0f);
    return x;
}

TEST(EncodeSweep, EqualsBruteForceInEveryFormat) {
    Rng rng(400);
    for (size_t f = 0; f < format_specs.size(); ++f) {
        const auto format = static_cast<Format>(f);
        const FormatSpec& spec = spec_of(format);
        if (!default_encoder(format)) continue;
        for (int i = 0; i < 200; ++i) {
            const Specials specials = some_specials[static_cast<size_t>(i % 5)];
            const auto x = block_of(rng, static_cast<size_t>(spec.block), i % 5);
            const float multiplier = i % 3 ? 1.0f : 0.0371f;
            const int e3m3_max = i % 2 ? 28 : 30;
            const int last = spec.has_e3m3_max() && e3m3_max == 30 ? spec.scale_spec().max_payload
                                                                   : spec.encode_max;
            const Encoded expected =
                brute_force(spec, format, specials, last, x, multiplier);
            Encoded found{0, std::vector<uint8_t>(x.size(), 0xAA)};
            found.scale_byte =
                SweepEncoder(format, specials, e3m3_max)(x, multiplier, found.codes);
            ASSERT_EQ(hex(found.scale_byte), hex(expected.scale_byte)) << spec.name << " " << i;
            ASSERT_EQ(found.codes, expected.codes) << spec.name << " " << i;
        }
    }
}

// Never worse than the format's own encoder under the same tensor scale.
TEST(EncodeSweep, IsNoWorseThanTheDefaultEncoder) {
    Rng rng(401);
    for (size_t f = 0; f < format_specs.size(); ++f) {
        const auto format = static_cast<Format>(f);
        const FormatSpec& spec = spec_of(format);
        const auto own = default_encoder(format);
        if (!own) continue;
        const uint64_t rows = 8, k = 128;
        std::vector<float> x;
        while (x.size() < rows * k) x.push_back(rng.uniform(1.0f) * rng.uniform(2.0f));
        const auto error_by = [&](Encoder encoder) {
            const auto tensor = encode(x, rows, k, {.format = format, .encoder = encoder}, "x");
            EXPECT_TRUE(tensor) << spec.name;
            double error = 0;
            for (size_t i = 0; i < x.size(); ++i) {
                const double step = 0.5 *
                                    double{scale_to_float(block_scale(
                                        format, tensor->scales[i / static_cast<size_t>(spec.block)]))} *
                                    double{tensor->tensor_scale.to_float()};
                const double q =
                    element_halves(format, {}, tensor->scales[i / static_cast<size_t>(spec.block)],
                                   {packed_code(tensor->codes, i).code}) *
                    step;
                error += (q - double{x[i]}) * (q - double{x[i]});
            }
            return error;
        };
        const auto sweep = spec.tensor_scaled ? Encoder::sweep : Encoder::sweep_unscaled;
        EXPECT_LE(error_by(sweep), error_by(*own)) << spec.name;
    }
}

} // namespace
} // namespace fp4
