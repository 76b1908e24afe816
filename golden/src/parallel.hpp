// One loop on several threads.
#pragma once
#include <algorithm>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace fp4 {

// Calls work(first, last) on ranges that cover 0..count once: at most `threads` of them (0: as many as the machine has), at the same time, each
// but the last a multiple of `grain` long. A thread that the system refuses costs time, not results. `work` must not throw.
template <class Work>
void parallel_ranges(size_t count, size_t grain, unsigned threads, const Work& work) {
    const size_t grains = count / grain + (count % grain != 0);
    const size_t wanted = threads ? threads : std::max(1u, std::thread::hardware_concurrency());
    const size_t ranges = std::min(wanted, grains);
    const auto start = [&](size_t i) { return i == ranges ? count : (grains / ranges * i + std::min(i, grains % ranges)) * grain; };
    std::vector<std::jthread> others;
    for (size_t i = 1; i < ranges; ++i) {
        try {
            others.emplace_back(work, start(i), start(i + 1));
        } catch (const std::system_error&) {
            work(start(i), start(i + 1));
        }
    }
    if (ranges > 0) work(size_t{0}, start(1));
}

} // namespace fp4
