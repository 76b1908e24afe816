// Standard errors by resampling source files: windows of one file are not independent, files are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fp4/result.hpp"

namespace fp4::quant {

struct FileSums {
    size_t quantities = 0;
    std::vector<double> values; // files * quantities: what a file's windows add up to
    std::vector<uint32_t>
        stratum; // of each file; a resample holds as many files of a stratum as there are
};

// From the sums over a resample's files to any number of statistics.
using Statistics = std::function<std::vector<double>(std::span<const double> sums)>;

inline constexpr uint32_t bootstrap_draws = 2000;

// The sums over all files, in the order of the files.
std::vector<double> total(const FileSums& files);

// Twice the standard deviation of each statistic over resamples with replacement. Every statistic
// sees the same resamples, and so does every call on equally many files, so differences between
// models are paired. The files drawn depend on nothing but the numbers of files: Philox4x32-10 at
// (draw, slot). NaN for a statistic that is not finite in some resample; all NaN where a stratum
// has fewer than two files. bad_argument: no draws; bad_shape: values, quantities and stratum that
// do not fit each other, a statistic that changes their number.
Result<std::vector<double>> bootstrap_2se(const FileSums& files, const Statistics& statistics,
                                          uint32_t draws = bootstrap_draws);

} // namespace fp4::quant
