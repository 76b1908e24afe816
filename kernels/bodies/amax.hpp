// The largest magnitude of a matrix, as the bits of a binary32: an infinity or a NaN in it gives
// 0x7F800000 or more.
#pragma once
#include "source.hpp"

namespace fp4::kernels {

// Order plays no part: magnitudes compare like their bit patterns.
template <Dense source>
struct Amax {
    static constexpr int threads = 256;
    static constexpr int shared_bytes = 0;

    const void* x;
    int64_t count;
    uint32_t* amax; // 0 before
    int64_t grid;   // blocks

    int64_t blocks() const { return grid; }

    template <class Context>
    FP4_HD void operator()(Context& context) const {
        uint32_t largest = 0;
        for (int64_t i = context.block_x() * threads + context.thread(); i < count;
             i += grid * threads) {
            const uint32_t magnitude = word_of(load<source>(x, i)) & 0x7FFFFFFF;
            largest = magnitude > largest ? magnitude : largest;
        }
        for (int mask = 16; mask; mask /= 2) {
            const uint32_t other = context.shuffle_xor(largest, mask);
            largest = other > largest ? other : largest;
        }
        if (context.thread() % 32 == 0) context.atomic_max(amax, largest);
    }
};

} // namespace fp4::kernels
