#include "fp4/quant/nmse/measure_nmse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fp4/dequantize/dequantize.hpp"
#include "fp4/encode/encode.hpp"

namespace fp4::quant {
namespace {

TEST(NmsePairs, AreAllThatGoldenMakes) {
    const auto pairs = nmse_pairs();
    size_t count = 0;
    for (size_t f = 0; f < format_specs.size(); ++f) {
        const auto format = static_cast<Format>(f);
        for (const EncoderSpec& encoder : encoder_specs) count += encoder.makes(format);
        const auto first = std::ranges::find(pairs, format, &NmsePair::format);
        if (first == pairs.end()) {
            EXPECT_FALSE(default_encoder(format));
            continue;
        }
        EXPECT_EQ(first->encoder, default_encoder(format)) << format_specs[f].name;
    }
    EXPECT_EQ(pairs.size(), count);
    EXPECT_TRUE(std::ranges::is_sorted(pairs, {}, &NmsePair::format));
}

TEST(NmsePairs, HaveNames) {
    EXPECT_EQ(pair_name({Format::nvfp4, Encoder::fouroversix}), "nvfp4/fouroversix");
}

// Of each pair one value after the other, as the definition has it.
TEST(MeasureNmse, IsEncodingDecodingAndTheMetric) {
    constexpr uint64_t values = 4096;
    const NmseData data(7, values);
    for (const NmsePair& pair : nmse_pairs()) {
        const auto figures = measure_nmse(pair, data, 1);
        ASSERT_TRUE(figures) << figures.error().message;
        for (size_t set = 0; set < nmse_sets.size(); ++set) {
            const auto x = nmse_data(set, 7, values);
            const auto tensor =
                encode(x, 4, 1024, {.format = pair.format, .encoder = pair.encoder}, "x");
            ASSERT_TRUE(tensor) << tensor.error().message;
            std::vector<Fp32> y(values);
            ASSERT_TRUE(dequantize_tensor(*tensor, y, "x"));
            double whole = 0, all_squares = 0, of_groups = 0;
            for (size_t group = 0; group < values / 64; ++group) {
                double error = 0, square = 0;
                for (size_t i = 64 * group; i < 64 * group + 64; ++i) {
                    error += std::pow(double{y[i].to_float()} - double{x[i]}, 2);
                    square += std::pow(double{x[i]}, 2);
                }
                whole += error;
                all_squares += square;
                of_groups += error / square / (values / 64);
            }
            const double expected =
                nmse_sets[set].shape == Shape::spread ? of_groups : whole / all_squares;
            EXPECT_NEAR((*figures)[set] / expected, 1, 1e-12)
                << pair_name(pair) << ", " << nmse_sets[set].name;
        }
    }
}

TEST(MeasureNmse, DoesNotDependOnThreads) {
    const NmseData data(1, 64 * 1024);
    for (const Encoder encoder : {Encoder::nv, Encoder::sweep}) {
        const auto one = measure_nmse({Format::nvfp4, encoder}, data, 1),
                   three = measure_nmse({Format::nvfp4, encoder}, data, 3);
        ASSERT_TRUE(one && three);
        EXPECT_EQ(*one, *three);
    }
}

TEST(MeasureNmse, NamesWhatFailed) {
    const NmseData data(1, 1024);
    const auto figures = measure_nmse({Format::nvfp4, Encoder::ocp}, data, 1);
    ASSERT_FALSE(figures);
    EXPECT_TRUE(figures.error().message.starts_with("nvfp4/ocp, normal"))
        << figures.error().message;
}

} // namespace
} // namespace fp4::quant
