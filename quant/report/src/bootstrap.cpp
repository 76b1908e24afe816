#include "fp4/quant/report/bootstrap.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace fp4::quant {
namespace {

constexpr r123::Philox4x32::key_type key{{0x66703473, 0x696D0001}};

// Uniform in [0, count) to within 2^-32: the high word of count * 64 random bits.
size_t drawn_index(uint32_t draw, size_t slot, size_t count) {
    const uint64_t pair = slot / 2;
    const auto word = r123::Philox4x32{}(
        {{draw, static_cast<uint32_t>(pair), static_cast<uint32_t>(pair >> 32), 0}}, key);
    const uint64_t random =
        slot % 2 == 0 ? uint64_t{word[1]} << 32 | word[0] : uint64_t{word[3]} << 32 | word[2];
    __extension__ using uint128 = unsigned __int128;
    return static_cast<size_t>(uint128{random} * count >> 64);
}

void add(std::span<double> sums, const FileSums& files, size_t file) {
    for (size_t q = 0; q < files.quantities; ++q)
        sums[q] += files.values[file * files.quantities + q];
}

} // namespace

std::vector<double> total(const FileSums& files) {
    std::vector<double> sums(files.quantities);
    for (size_t file = 0; file < files.stratum.size(); ++file) add(sums, files, file);
    return sums;
}

Result<std::vector<double>> bootstrap_2se(const FileSums& files, const Statistics& statistics,
                                          uint32_t draws) {
    const size_t count = files.stratum.size();
    if (draws < 2)
        return Error{ErrorCode::bad_argument,
                     "draws: expected at least 2, found " + std::to_string(draws)};
    if (count == 0 || files.quantities == 0 || files.values.size() / files.quantities != count ||
        files.values.size() % files.quantities != 0)
        return Error{ErrorCode::bad_shape, "values: expected " + std::to_string(files.quantities) +
                                               " quantities of " + std::to_string(count) +
                                               " files, found " +
                                               std::to_string(files.values.size()) + " values"};
    std::map<uint32_t, std::vector<size_t>> members;
    for (size_t file = 0; file < count; ++file) members[files.stratum[file]].push_back(file);

    // Deviations from the full sample's statistics, so that the sum of squares cancels little.
    const auto center = statistics(total(files));
    std::vector<double> sum(center.size()), squares(center.size());
    std::vector<double> sums(files.quantities);
    for (uint32_t draw = 0; draw < draws; ++draw) {
        sums.assign(files.quantities, 0);
        size_t slot = 0;
        for (const auto& [stratum, list] : members)
            for (size_t i = 0; i < list.size(); ++i)
                add(sums, files, list[drawn_index(draw, slot++, list.size())]);
        const auto drawn = statistics(sums);
        if (drawn.size() != center.size())
            return Error{ErrorCode::bad_shape, "statistics: expected " +
                                                   std::to_string(center.size()) + ", found " +
                                                   std::to_string(drawn.size())};
        for (size_t i = 0; i < drawn.size(); ++i) {
            const double deviation = drawn[i] - center[i];
            sum[i] += deviation;
            squares[i] += deviation * deviation;
        }
    }

    bool enough = true;
    for (const auto& [stratum, list] : members) enough &= list.size() >= 2;
    std::vector<double> out(center.size(), std::numeric_limits<double>::quiet_NaN());
    for (size_t i = 0; i < out.size(); ++i) {
        const double n = draws;
        const double variance = (squares[i] - sum[i] * sum[i] / n) / (n - 1);
        if (enough && std::isfinite(variance)) out[i] = 2 * std::sqrt(std::max(variance, 0.0));
    }
    return out;
}

} // namespace fp4::quant
