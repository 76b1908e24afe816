#include "deviates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace fp4::quant {
namespace {

TEST(Deviates, LogarithmIsThatOfLibm) {
    for (double x = 1e-300; x < 1e300; x *= 1.37)
        EXPECT_NEAR(natural_log(x), std::log(x), 4e-16 * std::abs(std::log(x)) + 1e-16) << x;
    EXPECT_EQ(natural_log(1), 0);
}

TEST(Deviates, ExponentialIsThatOfLibm) {
    for (double x = -690; x < 690; x += 0.37)
        EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-13) << x;
    EXPECT_EQ(exponential(0), 1);
}

TEST(Deviates, AreNormal) {
    Normals normal(1, 0);
    constexpr int n = 1 << 20;
    std::vector<double> x(n);
    std::ranges::generate(x, normal);
    std::array<double, 4> moments{};
    double neighbors = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        for (size_t m = 0; m < 4; ++m) moments[m] += std::pow(x[i], m + 1) / n;
        neighbors += x[i] * x[i ^ 1] / n; // those of one draw of two
    }
    EXPECT_NEAR(moments[0], 0, 0.004);
    EXPECT_NEAR(moments[1], 1, 0.006);
    EXPECT_NEAR(moments[2], 0, 0.016);
    EXPECT_NEAR(moments[3], 3, 0.04);
    EXPECT_NEAR(neighbors, 0, 0.006);
    std::ranges::sort(x);
    for (const double quantile : {-3.0, -1.5, -0.5, 0.0, 1.0, 2.5})
        EXPECT_NEAR(static_cast<double>(std::ranges::lower_bound(x, quantile) - x.begin()) / n,
                    std::erfc(-quantile / std::sqrt(2)) / 2, 0.002)
            << quantile;
}

// Philox4x32-10 under key 0 at counter 0 begins 6627E8D5 E169C58D (Random123's known answers).
TEST(Deviates, ComeFromPhilox) {
    const auto uniform = [](uint64_t bits) {
        return static_cast<double>(bits >> 11) * 0x1p-52 - 1;
    };
    const double u = uniform(0xE169C58D6627E8D5), v = uniform(0x9B00DBD8BC57AC4C),
                 square = u * u + v * v;
    ASSERT_LT(square, 1);
    Normals normal(0, 0);
    const double factor = std::sqrt(-2 * std::log(square) / square);
    EXPECT_NEAR(normal(), u * factor, 1e-14);
    EXPECT_NEAR(normal(), v * factor, 1e-14);
}

TEST(Deviates, DifferBySeedAndStream) {
    for (const auto& [seed, stream] :
         {std::pair<uint64_t, uint32_t>{2, 0}, {1, 1}, {(uint64_t{1} << 32) + 1, 0}}) {
        Normals normal(1, 0), other(seed, stream), same(seed, stream);
        EXPECT_NE(normal(), other());
        same();
        EXPECT_EQ(other(), same());
    }
}

} // namespace
} // namespace fp4::quant
