// One thread block of a kernel on the CPU: a fiber per thread, run from barrier to barrier in a
// random order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace fp4::kernels {

// Runs `entry(thread)` for every thread of a block. Within a phase threads run one after the other
// in an order drawn from `seed`, so that work which a missing barrier leaves to luck comes out
// differently. What it cannot show: races inside a phase, memory ordering, launch limits, speed.
class EmulatedBlock {
  public:
    explicit EmulatedBlock(int threads);
    ~EmulatedBlock();
    EmulatedBlock(const EmulatedBlock&) = delete;
    EmulatedBlock& operator=(const EmulatedBlock&) = delete;

    // An empty string, or what went wrong: threads of a warp that meet in different collectives, or
    // threads that left before a barrier.
    std::string run(const std::function<void(int)>& entry, uint64_t seed);

    // Called by running threads. A barrier of the block; no thread passes before all have come.
    void wait_for_block();

    // All 32 threads of the warp bring `data`; when the last has come, `together` works on the data
    // of lanes 0 to 31. `name` must be the same in all.
    void wait_for_warp(const char* name, void* data,
                       void (*together)(std::span<void* const> lanes));

  private:
    struct Fiber;
    enum class State : uint8_t { ready, in_block, in_warp, done };

    void yield();
    void resume(Fiber& fiber);
    bool release();
    static void start(unsigned low, unsigned high);

    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::unique_ptr<Fiber> scheduler_;
    Fiber* running_ = nullptr;
    const std::function<void(int)>* entry_ = nullptr;
    std::string error_;
};

} // namespace fp4::kernels
