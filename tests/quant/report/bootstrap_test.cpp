#include "fp4/quant/report/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "synthetic_files.hpp"

namespace fp4::quant {
namespace {

using test::Uniform;

// 2,000 draws know a standard deviation to 1.6 %; three of those and a bit.
constexpr double monte_carlo = 0.055;

std::vector<double> ratio(std::span<const double> sums) { return {sums[0] / sums[1]}; }

FileSums files_of_value_and_weight(uint64_t seed, size_t count) {
    Uniform uniform(seed);
    FileSums files{.quantities = 2, .values = {}, .stratum = std::vector<uint32_t>(count)};
    for (size_t i = 0; i < count; ++i) {
        const double weight = 1 + std::floor(8 * uniform());
        files.values.push_back(weight * (3 + uniform.normal()));
        files.values.push_back(weight);
    }
    return files;
}

TEST(Bootstrap, MeanHasItsClosedForm) {
    Uniform uniform(7);
    constexpr size_t n = 120;
    FileSums files{.quantities = 2, .values = {}, .stratum = std::vector<uint32_t>(n)};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; ++i) {
        const double x = uniform.normal();
        files.values.insert(files.values.end(), {x, 1.0});
        sum += x;
        squares += x * x;
    }
    const auto found = bootstrap_2se(files, ratio);
    ASSERT_TRUE(found);
    const double expected = 2 * std::sqrt((squares - sum * sum / n) / n / n);
    EXPECT_NEAR((*found)[0] / expected, 1, monte_carlo);
}

TEST(Bootstrap, RatioFollowsTheDeltaMethod) {
    const size_t n = 400;
    const auto files = files_of_value_and_weight(11, n);
    const auto sums = total(files);
    double residuals = 0;
    for (size_t i = 0; i < n; ++i) {
        const double residual = files.values[2 * i] - sums[0] / sums[1] * files.values[2 * i + 1];
        residuals += residual * residual;
    }
    const auto found = bootstrap_2se(files, ratio);
    ASSERT_TRUE(found);
    EXPECT_NEAR((*found)[0] / (2 * std::sqrt(residuals) / sums[1]), 1, monte_carlo);
}

TEST(Bootstrap, TwoStandardErrorsCoverTheTruth) {
    int covered = 0;
    constexpr int worlds = 200;
    for (int world = 0; world < worlds; ++world) {
        const auto files = files_of_value_and_weight(1000 + static_cast<uint64_t>(world), 60);
        const auto sums = total(files);
        const auto error = bootstrap_2se(files, ratio, 400);
        ASSERT_TRUE(error);
        covered += std::abs(sums[0] / sums[1] - 3) <= (*error)[0];
    }
    // 95.4 % of 200 for a normal estimate: 191 +- 3; small samples cover a little less.
    EXPECT_GE(covered, 180);
    EXPECT_LE(covered, 198);
}

TEST(Bootstrap, WindowsOfOneFileAreNotIndependent) {
    // Sixteen equal windows a file: sixteen times the sums, and an error that does not shrink.
    auto files = files_of_value_and_weight(13, 50);
    const auto one = bootstrap_2se(files, ratio);
    for (double& value : files.values) value *= 16;
    const auto many = bootstrap_2se(files, ratio);
    ASSERT_TRUE(one && many);
    EXPECT_EQ((*one)[0], (*many)[0]);
}

TEST(Bootstrap, StrataKeepTheirNumbersOfFiles) {
    // Two domains that differ by 100 and not within: all the error of the unstratified mean is the
    // mix.
    FileSums files{.quantities = 2, .values = {}, .stratum = {}};
    for (uint32_t i = 0; i < 40; ++i) {
        files.values.insert(files.values.end(), {i % 2 ? 100.0 : 0.0, 1.0});
        files.stratum.push_back(i % 2);
    }
    const auto stratified = bootstrap_2se(files, ratio);
    files.stratum.assign(40, 0);
    const auto mixed = bootstrap_2se(files, ratio);
    ASSERT_TRUE(stratified && mixed);
    EXPECT_EQ((*stratified)[0], 0);
    EXPECT_NEAR((*mixed)[0] / (2 * 50 / std::sqrt(40)), 1, monte_carlo);
}

TEST(Bootstrap, IsTheSameEverywhere) {
    const FileSums files{
        .quantities = 1, .values = {1, 2, 4, 8, 16, 32, 64}, .stratum = std::vector<uint32_t>(7)};
    const auto sum = [](std::span<const double> sums) { return std::vector{sums[0]}; };
    const auto found = bootstrap_2se(files, sum, 16); // whole numbers: exact up to one square root
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)[0], 121.41938340589061);
    std::vector<double> first_draws;
    const auto keep = [&](std::span<const double> sums) {
        first_draws.push_back(sums[0]);
        return std::vector{sums[0]};
    };
    ASSERT_TRUE(bootstrap_2se(files, keep, 4));
    EXPECT_EQ(first_draws, (std::vector<double>{127, 105, 72, 201, 96}));
}

TEST(Bootstrap, PairsStatisticsByDraw) {
    const auto files = files_of_value_and_weight(17, 30);
    const auto both = [](std::span<const double> sums) {
        return std::vector{sums[0] / sums[1], sums[0] / sums[1] - sums[0] / sums[1]};
    };
    const auto found = bootstrap_2se(files, both);
    ASSERT_TRUE(found);
    EXPECT_GT((*found)[0], 0);
    EXPECT_EQ((*found)[1], 0);
}

TEST(Bootstrap, SaysWhatItCannotKnow) {
    FileSums files{.quantities = 2, .values = {1, 1, 5, 1, 2, 0}, .stratum = {0, 0, 1}};
    auto one_file = bootstrap_2se(files, ratio);
    ASSERT_TRUE(one_file);
    EXPECT_TRUE(std::isnan((*one_file)[0])) << "a stratum of one file";
    files.stratum = {0, 0, 0};
    auto division = bootstrap_2se(files, ratio);
    ASSERT_TRUE(division);
    EXPECT_TRUE(std::isnan((*division)[0])) << "a draw of the third file alone divides by 0";

    files.values.pop_back();
    EXPECT_EQ(bootstrap_2se(files, ratio).error().code, ErrorCode::bad_shape);
    EXPECT_EQ(bootstrap_2se({}, ratio).error().code, ErrorCode::bad_shape);
    files.values.push_back(1);
    EXPECT_EQ(bootstrap_2se(files, ratio, 1).error().code, ErrorCode::bad_argument);
}

} // namespace
} // namespace fp4::quant
