#include "fp4/quant/nmse/nmse_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fp4::quant {
namespace {

constexpr uint64_t values = 1 << 20;

double mean_square(const std::vector<float>& x, size_t first = 0, size_t step = 1) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = first; i < x.size(); i += step, ++count) sum += double{x[i]} * double{x[i]};
    return sum / static_cast<double>(count);
}

TEST(NmseData, HasTheShapesOfItsRows) {
    for (size_t set = 0; set < nmse_sets.size(); ++set) {
        const auto x = nmse_data(set, 1, values);
        ASSERT_EQ(x.size(), values);
        switch (nmse_sets[set].shape) {
        case Shape::normal: EXPECT_NEAR(mean_square(x), 1, 0.01); break;
        case Shape::student5: { // variance 5/3; 5.1 % lie beyond 2.5706 on either side together
            EXPECT_NEAR(mean_square(x), 5.0 / 3, 0.03);
            const auto beyond =
                std::ranges::count_if(x, [](float each) { return std::abs(each) > 2.570582f; });
            EXPECT_NEAR(static_cast<double>(beyond) / values, 0.05, 0.001);
            break;
        }
        case Shape::outliers:
            for (size_t channel = 0; channel < 64; ++channel) {
                const double gain = channel == 0 ? 20 : channel == 32 ? 8 : 1;
                EXPECT_NEAR(mean_square(x, channel, 64) / (gain * gain), 1, 0.06) << channel;
            }
            break;
        case Shape::spread: { // the logarithm of a group's size has mean 0 and deviation sigma
            double sum = 0, squares = 0;
            for (size_t i = 0; i < values; i += 64) {
                const std::vector<float> group(x.begin() + static_cast<ptrdiff_t>(i),
                                               x.begin() + static_cast<ptrdiff_t>(i) + 64);
                const double size = std::log(mean_square(group)) / 2;
                sum += size / (values / 64);
                squares += size * size / (values / 64);
            }
            EXPECT_NEAR(sum, 0, 0.04 * nmse_sets[set].sigma + 0.01);
            // The sizes of groups of 64 deviate by 0.09 of themselves.
            EXPECT_NEAR(std::sqrt(squares), std::hypot(nmse_sets[set].sigma, 0.09),
                        0.03 * nmse_sets[set].sigma);
            break;
        }
        }
    }
}

TEST(NmseData, IsAFunctionOfItsArguments) {
    for (size_t set = 0; set < nmse_sets.size(); ++set) {
        const auto x = nmse_data(set, 1, 2048);
        EXPECT_EQ(x, nmse_data(set, 1, 2048));
        EXPECT_NE(x, nmse_data(set, 2, 2048));
        const auto more = nmse_data(set, 1, 4096);
        EXPECT_TRUE(std::ranges::equal(x, std::vector(more.begin(), more.begin() + 2048)));
        EXPECT_NE(x, nmse_data((set + 1) % nmse_sets.size(), 1, 2048));
    }
}

TEST(Nmse, IsErrorOverSquare) {
    std::vector<float> x(128, 2), y(128, 2);
    y[5] = 5;
    x[64] = 100;
    y[64] = 90;
    const double squares = 127 * 4 + 100 * 100;
    EXPECT_DOUBLE_EQ(nmse(nmse_sets[0], x, y), (9 + 100) / squares);
}

TEST(Nmse, IsTheMeanOverGroupsWhereAmplitudesSpread) {
    std::vector<float> x(128, 2), y(128, 2);
    y[5] = 5;
    x[64] = 100;
    y[64] = 90;
    const NmseSet& set = *std::ranges::find(nmse_sets, Shape::spread, &NmseSet::shape);
    EXPECT_DOUBLE_EQ(nmse(set, x, y), (9.0 / 256 + 100.0 / (63 * 4 + 10000)) / 2);
}

} // namespace
} // namespace fp4::quant
