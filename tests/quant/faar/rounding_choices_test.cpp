#include "fp4/quant/faar/rounding_choices.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "fp4/formats/decode.hpp"
#include "fp4/encode/encode_element.hpp"
#include "fp4/quant/quantizers/dequantized.hpp"
#include "random_tensors.hpp"
#include "rounded_matrix.hpp"

namespace fp4::quant {
namespace {

using test::Random;
using test::Rounded;
using test::rounded;

constexpr std::array sides{Side{Format::nvfp4, Encoder::nv},
                           Side{Format::nvfp4, Encoder::te},
                           Side{Format::nvfp4, Encoder::fouroversix},
                           Side{Format::nvfp4, Encoder::mse},
                           Side{Format::razer_w, Encoder::razer_paper},
                           Side{Format::razer_w, Encoder::razer_rne}};

class RoundingChoicesOf : public testing::TestWithParam<Side> {};

// Random weights, and weights that are a value, a midpoint, zero of either sign, or beyond the end,
// under the scales of the random ones.
Tensor some_weights() {
    Random random(7);
    Tensor w = random.normal({24, 64});
    auto* values = w.data_ptr<float>();
    for (int i = 0; i < 64; ++i)
        values[64 * 3 + i] =
            static_cast<float>(i % 25 - 12) / 2; // on multiples of a half, the largest 6
    for (int i = 0; i < 64; ++i)
        values[64 * 5 + i] = i % 16 == 0 ? 6.0F
                             : i % 2     ? 0.25F * static_cast<float>(i % 11)
                                         : -0.25F * static_cast<float>(i % 13);
    for (int i = 0; i < 64; ++i) values[64 * 9 + i] = i % 2 ? 0.0F : -0.0F; // zero blocks
    values[64 * 11 + 5] = -0.0F;
    values[64 * 11 + 6] = -1e-30F;
    return w;
}

RoundingChoices choices_of(const Tensor& w, const Side& side, const Rounded& start) {
    auto choices = rounding_choices(w, start.packed, side.encoder, start.scale);
    EXPECT_TRUE(choices) << choices.error().message;
    return *choices;
}

TEST_P(RoundingChoicesOf, BeginAtRoundingToNearest) {
    const auto w = some_weights();
    const auto start = rounded(w, GetParam());
    const auto choices = choices_of(w, GetParam(), start);
    EXPECT_EQ(hardened(choices, choices.position).codes, start.packed.codes);
    EXPECT_TRUE(
        torch::equal(hardened_values(choices, choices.position), *dequantized(start.packed)));
}

// Against a walk over all sixteen codes of every block.
TEST_P(RoundingChoicesOf, AreTheNeighborsOfEachWeight) {
    const auto w = some_weights();
    const auto start = rounded(w, GetParam());
    const auto choices = choices_of(w, GetParam(), start);
    const auto low_values = *dequantized(hardened(choices, torch::zeros_like(w))),
               up_values = *dequantized(hardened(choices, torch::ones_like(w)));
    EXPECT_TRUE(torch::equal(low_values, choices.low));
    EXPECT_TRUE(torch::equal(up_values, choices.up));
    for (uint64_t row = 0; row < start.packed.rows; ++row)
        for (uint64_t column = 0; column < start.packed.k; ++column) {
            const auto i = static_cast<int64_t>(row * start.packed.k + column);
            const float x = w.data_ptr<float>()[i], low = choices.low.data_ptr<float>()[i],
                        up = choices.up.data_ptr<float>()[i],
                        v = choices.position.data_ptr<float>()[i];
            float least = INFINITY, most = -INFINITY, below = -INFINITY, above = INFINITY;
            for (uint8_t code = 0; code < 16; ++code) {
                const float value = dequantize(start.packed.format, start.packed.specials,
                                               start.packed.scales[row * 4 + column / 16], {code},
                                               start.packed.tensor_scale)
                                        .to_float();
                least = std::min(least, value), most = std::max(most, value);
                if (value <= x) below = std::max(below, value);
                if (value >= x) above = std::min(above, value);
                EXPECT_FALSE(value > low && value < up) << "nothing lies between the two";
            }
            if (least == most) {
                EXPECT_EQ(low, up);
                continue;
            }
            EXPECT_LT(low, up);
            EXPECT_GE(v, 0);
            EXPECT_LE(v, 1);
            if (x > most) {
                EXPECT_EQ(up, most);
                EXPECT_EQ(v, 1);
            } else if (x < least) {
                EXPECT_EQ(low, least);
                EXPECT_EQ(v, 0);
            } else if (below == above) {
                EXPECT_TRUE(low == x || up == x);
                EXPECT_EQ(v, low == x ? 0 : 1);
                if (x != most && x != least) {
                    EXPECT_EQ(low == x, x >= 0) << "the interval away from zero";
                }
            } else {
                EXPECT_EQ(low, below);
                EXPECT_EQ(up, above);
                EXPECT_NEAR(v, (x - low) / (up - low), 1e-6);
            }
        }
}

// A code that is a choice and a zero has the sign that the encoder gives it.
TEST_P(RoundingChoicesOf, KeepTheSignOfZero) {
    const auto w = some_weights();
    const auto start = rounded(w, GetParam());
    const auto choices = choices_of(w, GetParam(), start);
    const ElementEncoder elements(GetParam().encoder, start.packed.format, start.scale,
                                  start.packed.specials);
    int zeros = 0;
    for (uint64_t row = 0; row < start.packed.rows; ++row)
        for (uint64_t column = 0; column < start.packed.k; ++column) {
            const auto i = row * start.packed.k + column;
            const uint8_t scale_byte = start.packed.scales[row * 4 + column / 16];
            const float x = w.data_ptr<float>()[i];
            if (choices.low.data_ptr<float>()[i] == choices.up.data_ptr<float>()[i]) continue;
            for (const auto& [value, code] :
                 {std::pair{choices.low.data_ptr<float>()[i], choices.low_codes[i]},
                  {choices.up.data_ptr<float>()[i], choices.up_codes[i]}}) {
                if (value != 0) continue;
                ++zeros;
                EXPECT_EQ(code,
                          elements.encode(x == 0 ? x : std::copysign(1e-38F, x), scale_byte).code)
                    << x;
                if (start.packed.format == Format::razer_w) {
                    EXPECT_EQ(code, 0);
                }
            }
        }
    EXPECT_GT(zeros, 100);
}

INSTANTIATE_TEST_SUITE_P(Encoders, RoundingChoicesOf, testing::ValuesIn(sides),
                         [](const auto& side) {
                             std::string name(spec_of(side.param.encoder).name);
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(RoundingChoices, RefuseCodesThatAreNoNeighbors) {
    Random random(8);
    const auto w = random.normal({4, 32});
    auto start = rounded(w, sides[0]);
    start.packed.codes[17] ^= 0x33;
    const auto choices = rounding_choices(w, start.packed, Encoder::nv, start.scale);
    ASSERT_FALSE(choices);
    EXPECT_NE(choices.error().message.find("row 1, column"), std::string::npos)
        << choices.error().message;
    EXPECT_FALSE(rounding_choices(random.normal({4, 16}), start.packed, Encoder::nv, start.scale));
}

} // namespace
} // namespace fp4::quant
