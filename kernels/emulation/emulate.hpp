// Kernels on the CPU: the same bodies that nvcc compiles, block after block.
#pragma once
#include <algorithm>
#include <cstring>
#include <numeric>

#include "block.hpp"
#include "../bodies/words.hpp"
#include "mma.hpp"

namespace fp4::kernels {

struct GridSize {
    int64_t x = 1, y = 1;
};

// Arithmetic of the tensor cores.
struct EmulatedGpu {
    const TensorCores* tensor_cores = &hopper;
    Mxf4Step mxf4_step = kernels::mxf4_step;
};

// What a kernel body asks of the machine it runs on; the GPU's is cuda/device_context.cuh.
class EmulatedContext {
  public:
    EmulatedContext(EmulatedBlock& block, const EmulatedGpu& gpu, void* shared, int64_t x,
                    int64_t y, int thread)
        : block_(block), gpu_(gpu), shared_(shared), x_(x), y_(y), thread_(thread) {}

    int thread() const { return thread_; }
    int64_t block_x() const { return x_; }
    int64_t block_y() const { return y_; }
    void* shared() const { return shared_; }
    void sync() { block_.wait_for_block(); }
    void sync_warp() {
        block_.wait_for_warp("sync_warp", nullptr, [](std::span<void* const>) {});
    }

    // d = a * b, mma.sync m16n8k16 of signed bytes; the two registers of a, one of b.
    void mma_s8(int32_t (&d)[4], uint32_t a0, uint32_t a1, uint32_t b) {
        MmaS8Lane lane{{a0, a1}, b, {}};
        block_.wait_for_warp("mma_s8", &lane, mma_s8_together);
        std::copy_n(lane.d, 4, d);
    }

    // c += a * b, mma.sync m16n8k16 of binary16 with binary32 sums.
    void mma_f16(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
        MmaF16Lane lane{
            gpu_.tensor_cores, {a[0], a[1], a[2], a[3]}, {b0, b1}, {c[0], c[1], c[2], c[3]}};
        block_.wait_for_warp("mma_f16", &lane, mma_f16_together);
        std::copy_n(lane.c, 4, c);
    }

    // c += a * b of E2M1 codes under four UE4M3 scales a row, mma.sync m16n8k64.
    void mma_mxf4nvf4(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
                      uint32_t a_scales, uint32_t b_scales) {
        MmaMxf4Lane lane{&gpu_.mxf4_step, {a[0], a[1], a[2], a[3]}, {b[0], b[1]}, a_scales,
                         b_scales,        {c[0], c[1], c[2], c[3]}};
        block_.wait_for_warp("mma_mxf4nvf4", &lane, mma_mxf4nvf4_together);
        std::copy_n(lane.c, 4, c);
    }

    // Loads of what is read once.
    Words4 stream_words4(const void* address) const { return load_words4(address); }
    Words2 stream_words2(const void* address) const { return load_words2(address); }

    uint32_t shuffle_xor(uint32_t value, int mask) {
        ShuffleLane lane{value, mask, 0};
        block_.wait_for_warp("shuffle_xor", &lane, shuffle_xor_together);
        return lane.out;
    }

    void atomic_max(uint32_t* address, uint32_t value) const {
        *address = std::max(*address, value);
    }

  private:
    EmulatedBlock& block_;
    const EmulatedGpu& gpu_;
    void* shared_;
    int64_t x_, y_;
    int thread_;
};

// Runs all blocks of the grid in an order drawn from `seed`. Shared memory is exactly as long as
// the kernel says and full of 0xA5 in each block. Returns an empty string or what went wrong.
template <class Kernel>
std::string emulate(const Kernel& kernel, GridSize grid, uint64_t seed,
                    const EmulatedGpu& gpu = {}) {
    EmulatedBlock block(Kernel::threads);
    std::vector<int64_t> order(static_cast<size_t>(grid.x * grid.y));
    std::iota(order.begin(), order.end(), int64_t{0});
    std::mt19937_64 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    for (const int64_t index : order) {
        const std::unique_ptr<void, void (*)(void*)> shared(
            std::aligned_alloc(16,
                               std::max<size_t>(16, (Kernel::shared_bytes + size_t{15}) / 16 * 16)),
            std::free);
        std::memset(shared.get(), 0xA5, Kernel::shared_bytes);
        const auto thread = [&](int t) {
            EmulatedContext context(block, gpu, shared.get(), index % grid.x, index / grid.x, t);
            kernel(context);
        };
        if (auto error = block.run(thread, random()); !error.empty()) return error;
    }
    return {};
}

} // namespace fp4::kernels
