// The inner loops of dequantize_tensor_fast by instruction set.
#pragma once
#include <array>
#include <cstddef>

#include "fp4/dequantize/dequantize.hpp"

namespace fp4 {

// What each code is worth under each scale byte.
template <class Value>
struct ValueTable {
    alignas(64) std::array<std::array<Value, 16>, 256> rows;
};

// Packed data as runs of 16 elements; a scale byte serves 1 << scale_shift of them.
struct PackedRuns {
    const uint8_t* codes;
    const uint8_t* scales;
    int scale_shift;
};

template <class Value>
struct DequantizeKernel {
    // Writes `count` runs from run `first` on to out[0] and up; out needs no alignment beyond its
    // type's.
    void (*decode)(const ValueTable<Value>& table, const PackedRuns& in, size_t first, size_t count,
                   Value* out);
    // Copies bytes past the caches; both pointers and the count are multiples of 64. Null where
    // there is nothing better than ordinary stores.
    void (*stream)(const std::byte* from, std::byte* to, size_t bytes);
    void (*fence)(); // makes the streamed stores visible to other threads
};

template <class Value>
DequantizeKernel<Value> dequantize_kernel(Isa isa);

} // namespace fp4
