#include "estimate_errors.hpp"

#include <cstring>

#include "fast/wider.hpp"

namespace fp4 {
namespace {

using Run [[gnu::vector_size(estimated_run * sizeof(float))]] = float;

// About the squared error of one scale's elements in its units, of whole runs.
[[gnu::always_inline]] inline float rough_error(const RoughEntries& entries,
                                                std::span<const float> x, float inverse) {
    Run sum{};
    for (size_t begin = 0; begin < x.size(); begin += estimated_run) {
        Run y;
        std::memcpy(&y, x.data() + begin, sizeof y);
        y *= inverse;
        Run value = Run{} + entries.value[0];
        for (size_t j = 0; j + 1 < entries.count; ++j)
            value = y > entries.midpoint[j] ? Run{} + entries.value[j + 1] : value;
        sum += (value - y) * (value - y);
    }
    float total = 0;
    for (size_t i = 0; i < estimated_run; ++i) total += sum[i];
    return total;
}

} // namespace

FP4_WIDER void estimate_errors(const RoughEntries& entries, std::span<const float> x, size_t first,
                               RoughScales& scales) {
    for (size_t s = first; s < scales.count; ++s)
        scales.error[s] = rough_error(entries, x, scales.inverse[s]) * scales.square[s];
}

} // namespace fp4
