// The sets of synthetic numbers on which formats are compared, one row each, and the error on them.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fp4::quant {

enum class Shape : uint8_t {
    normal,   // standard normal
    student5, // Student's t, 5 degrees of freedom
    outliers, // standard normal, in every group one channel times 20 and one times 8
    spread,   // standard normal, every group times exp(sigma * N(0, 1))
};

struct NmseSet {
    std::string_view name;  // in files
    std::string_view title; // on pages
    Shape shape;
    double sigma = 0; // of Shape::spread
};

inline constexpr std::array<NmseSet, 7> nmse_sets{{
    {"normal", "N(0,1)", Shape::normal},
    {"student5", "t5", Shape::student5},
    {"outliers", "Outliers", Shape::outliers},
    {"spread_0.5", "σ 0.5", Shape::spread, 0.5},
    {"spread_1", "σ 1", Shape::spread, 1},
    {"spread_2", "σ 2", Shape::spread, 2},
    {"spread_3", "σ 3", Shape::spread, 3},
}};

// Values of a group: the channels among which two are outliers, and those of one amplitude.
inline constexpr uint64_t nmse_group = 64;

// Where in a group the outliers are: blocks of 16 and of 32 hold at most one of them.
inline constexpr uint64_t outlier_of_20 = 0, outlier_of_8 = 32;

// So many values of nmse_sets[set], whole groups: a function of the arguments alone, the same on
// every machine. Sets draw independently.
std::vector<float> nmse_data(size_t set, uint64_t seed, uint64_t values);

// The normalized mean squared error of y for x, of the same size: sum (y - x)^2 / sum x^2; in sets
// of Shape::spread the mean of that over the groups, so that small groups count like large ones.
// 0/0 is NaN.
double nmse(const NmseSet& set, std::span<const float> x, std::span<const float> y);

} // namespace fp4::quant
