// A block as an encoder makes it.
#pragma once
#include "host_device.hpp"

namespace fp4::kernels {

template <int block>
struct Encoded {
    uint32_t scale_byte;
    uint32_t codes[block / 8]; // eight in a word, lowest nibble first

    FP4_HD void put(int i, uint32_t code) { codes[i / 8] |= code << 4 * (i % 8); }
};

template <int block>
FP4_HD float amax_of(const float (&x)[block]) {
    uint32_t largest = 0;
#pragma unroll
    for (int i = 0; i < block; ++i) {
        const uint32_t magnitude = word_of(x[i]) & 0x7FFFFFFF;
        largest = magnitude > largest ? magnitude : largest;
    }
    return float_of(largest);
}

} // namespace fp4::kernels
