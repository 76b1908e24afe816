#include "axis.hpp"

#include <gtest/gtest.h>

namespace fp4::quant {
namespace {

std::string texts(const Axis& axis, int wanted) {
    std::string out;
    for (const auto& tick : axis.ticks(wanted)) out += (out.empty() ? "" : " ") + tick.text;
    return out;
}

TEST(Axis, HasRoundTicks) {
    EXPECT_EQ(texts({0, 0.073, Scale::linear, 0, 1}, 7), "0.00 0.02 0.04 0.06");
    EXPECT_EQ(texts({-3, 12, Scale::linear, 0, 1}, 5), "0 5 10");
    EXPECT_EQ(texts({7.19, 7.42, Scale::linear, 0, 1}, 5), "7.20 7.25 7.30 7.35 7.40");
    EXPECT_EQ(texts({0.4, 35, Scale::log, 0, 1}, 5), "0.5 1 2 5 10 20");
    EXPECT_EQ(texts({0.002, 50, Scale::log, 0, 1}, 5), "0.01 0.1 1 10");
    EXPECT_EQ(texts({0.006, 0.5, Scale::log, 0, 1}, 3), "0.01 0.1");
    EXPECT_EQ(texts({1e-12, 1e12, Scale::log, 0, 1}, 6), "1e-12 1e-08 0.0001 1 1e+04 1e+08 1e+12");
    EXPECT_EQ(texts({0.0055, 0.0092, Scale::log, 0, 1}, 5), "0.006 0.007 0.008 0.009");
    EXPECT_EQ(texts({0, 0, Scale::linear, 0, 1}, 4), "-1.0 -0.5 0.0 0.5 1.0");
}

TEST(Axis, PlacesValues) {
    const Axis linear(10, 20, Scale::linear, 100, 0), log(1, 100, Scale::log, 0, 50);
    EXPECT_DOUBLE_EQ(linear.place(12.5), 75);
    EXPECT_DOUBLE_EQ(log.place(10), 25);
    EXPECT_DOUBLE_EQ(log.place(1000), 50);
    EXPECT_DOUBLE_EQ(linear.place(-7), 100);
}

} // namespace
} // namespace fp4::quant
