// The common search against a brute force that follows its definition, for every format that is
// encoded.
#include "fp4/encode/encode_sweep.hpp"

#include <gtest/gtest.h>

#include "fp4/formats/decode.hpp"
#include "fp4/dequantize/dequantize.hpp"
#include "fp4/encode/encode.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

struct Encoded {
    ScaleRecord record = 0;
    std::vector<uint8_t> codes;
};

// What the record can say of eight elements, in ascending order.
std::vector<ScaleRecord> settings_of(Parts parts, size_t part) {
    const auto p = static_cast<int>(part);
    std::vector<ScaleRecord> settings;
    if (parts == Parts::none) return {0};
    if (parts == Parts::quarters)
        for (ScaleRecord m = 0; m < 4; ++m) settings.push_back(m << (8 + 2 * p));
    else
        for (const ScaleRecord eight : {0u, 1u})
            for (const ScaleRecord four : {0u, 1u})
                for (const ScaleRecord other : {0u, 1u})
                    settings.push_back(eight << (15 - p) |
                                       four << (p < 4 ? 23 - 2 * p : 39 - 2 * p) |
                                       other << (p < 4 ? 22 - 2 * p : 38 - 2 * p));
    return settings;
}

// All scale bytes in ascending order of selector, then of payload; for every part all that the
// record can say of it; all codes for each element.
Encoded brute_force(const FormatSpec& spec, Format format, Specials specials, int last_payload,
                    const std::vector<float>& x, float multiplier) {
    Encoded best{0, std::vector<uint8_t>(x.size())};
    double best_error = INFINITY;
    if (std::ranges::all_of(x, [](float value) { return value == 0; })) return best;
    const Parts parts = row_of(format).parts;
    const size_t length = parts == Parts::none ? x.size() : 8;
    const auto try_byte = [&](ScaleRecord byte) {
        const double step = double{scale_to_float(block_scale(format, byte))} * double{multiplier};
        Encoded candidate{byte, std::vector<uint8_t>(x.size())};
        double error = 0;
        for (size_t first = 0; first < x.size(); first += length) {
            double least = INFINITY;
            Encoded part = candidate;
            for (const ScaleRecord setting : settings_of(parts, first / 8)) {
                const ScaleRecord record = candidate.record | setting;
                const auto value = [&](uint8_t code, size_t place) {
                    return element_lane(format, specials, record, {code}, static_cast<int>(place)) *
                           step / row_of(format).units;
                };
                Encoded tried = candidate;
                tried.record = record;
                double sum = 0, half_sum = 0;
                for (size_t at = first; at < first + length; ++at) {
                    // The nearest; of two equally near the lower; of equal values the first code.
                    uint8_t nearest = 0;
                    for (uint8_t code = 1; code < 16; ++code) {
                        const double found = value(code, at), before = value(nearest, at),
                                     middle = (found + before) / 2;
                        if (found < before ? double{x[at]} <= middle
                                           : found > before && double{x[at]} > middle)
                            nearest = code;
                    }
                    const double difference = value(nearest, at) - double{x[at]};
                    half_sum += difference * difference;
                    if (at + 1 == first + length || (parts != Parts::none && at % 4 == 3))
                        sum += half_sum, half_sum = 0;
                    tried.codes[at] = nearest;
                }
                if (sum < least) part = tried, least = sum;
            }
            candidate = part;
            error += least;
        }
        if (error < best_error) best = candidate, best_error = error;
    };
    for (int selector = 0; selector < spec.selectors(); ++selector)
        for (int payload = spec.scale_spec().subnormals ? 1 : 0; payload <= last_payload; ++payload)
            try_byte(static_cast<ScaleRecord>(spec.byte_of_selector(selector) | payload));
    return best;
}

// least: the smallest step of a scale. Where all magnitudes are an odd number of its halves, no
// scale but one is exact, and that may be one under which they are the smallest entries.
std::vector<float> block_of(Rng& rng, size_t size, int kind, float least) {
    std::vector<float> x(size);
    const auto same = static_cast<float>(rng.between(1, 15)) * 0.5f * least;
    for (float& value : x)
        value = kind == 0   ? rng.uniform(1.0f)
                : kind == 1 ? rng.uniform(1.0f) * rng.uniform(1.0f) * 40.0f
                : kind == 2 ? static_cast<float>(rng.between(-12, 12)) * 0.5f
                : kind == 3 ? rng.one_in(4) ? rng.uniform(1e-3f) : 0.0f
                : kind == 4 ? rng.uniform(0x1p90f)
                : kind == 5 ? rng.uniform(0x1p-120f)
                : kind == 6 ? static_cast<float>(rng.between(-1, 1)) * same
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
            const float multiplier = i % 3 ? 1.0f : 0.0371f;
            const auto x = block_of(
                rng, static_cast<size_t>(spec.block), i % 8,
                scale_to_float(decode_scale(spec.scale_spec(), spec.scale_spec().min_payload())) *
                    multiplier);
            const int e3m3_max = i % 2 ? 28 : 30;
            const int last = spec.has_e3m3_max() && e3m3_max == 30 ? spec.scale_spec().max_payload
                                                                   : spec.encode_max;
            const Encoded expected = brute_force(spec, format, specials, last, x, multiplier);
            Encoded found{0, std::vector<uint8_t>(x.size(), 0xAA)};
            found.record = SweepEncoder(format, specials, e3m3_max)(x, multiplier, found.codes);
            ASSERT_EQ(hex(found.record), hex(expected.record)) << spec.name << " " << i;
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
            std::vector<Fp32> restored(x.size());
            EXPECT_TRUE(dequantize_tensor(*tensor, restored, "x"));
            for (size_t i = 0; i < x.size(); ++i)
                error += std::pow(double{restored[i].to_float()} - double{x[i]}, 2);
            return error;
        };
        const auto sweep = spec.tensor_scaled ? Encoder::sweep : Encoder::sweep_unscaled;
        EXPECT_LE(error_by(sweep), error_by(*own)) << spec.name;
    }
}

} // namespace
} // namespace fp4
