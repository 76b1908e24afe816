#include "slices.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

#include "default_floating_point.hpp"

namespace fp4 {

unsigned thread_count(unsigned asked) {
    return asked ? asked : std::max(1u, std::thread::hardware_concurrency());
}

void on_slices(unsigned threads, uint64_t count, uint64_t grain,
               const std::function<void(uint64_t, uint64_t)>& work) {
    const uint64_t grains = count / grain + (count % grain != 0);
    const uint64_t slices = std::min<uint64_t>(threads, grains);
    const auto start = [&](uint64_t slice) {
        return slice == slices
                   ? count
                   : (grains / slices * slice + std::min(slice, grains % slices)) * grain;
    };
    const auto run = [&](uint64_t slice) {
        const DefaultFloatingPoint scope;
        work(start(slice), start(slice + 1));
    };
    std::vector<std::thread> others;
    if (slices > 1) others.reserve(slices - 1); // what throws here leaves no thread behind
    for (uint64_t slice = 1; slice < slices; ++slice) {
        try {
            others.emplace_back(run, slice);
        } catch (const std::exception&) {
            run(slice);
        }
    }
    if (slices > 0) run(0);
    for (std::thread& other : others) other.join();
}

} // namespace fp4
