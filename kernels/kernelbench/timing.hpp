// How long launches take: captured into a graph, replayed, CUDA events round every replay.
#pragma once
#include <functional>

#include "device.hpp"

namespace fp4::kernels::bench {

// Microseconds of one of `count` equal launches: median of the replays, and those that a tenth of
// them lie below and above.
struct Timing {
    double median_us, low_us, high_us;
    int replays;
};

inline constexpr int replays = 60;

Timing time(const Stream& stream, int count, const std::function<void(cudaStream_t)>& launches);

} // namespace fp4::kernels::bench
