// binary32 to the bytes of block scales: nearest, ties to even.
#pragma once
#include "host_device.hpp"
#include "scale.hpp"

namespace fp4::kernels {

// x is not negative and no NaN. Saturates at the payload `largest`: 0x7E (448) of UE4M3, 0x3E or
// 0x3F (28, 30) of E3M3.
FP4_HD uint32_t round_scale(ScaleType type, float x, uint32_t largest) {
    const bool e3m3 = type == ScaleType::e3m3;
    const int bias = e3m3 ? 3 : 7;
    uint32_t payload;
    if (x < (e3m3 ? 0x1p-2f : 0x1p-6f)) {
        // In steps, 2^-5 or 2^-9; added to 2^23 the adder rounds. 8 steps are the smallest normal.
        payload = word_of(add_rn(multiply_rn(x, e3m3 ? 0x1p5f : 0x1p9f), 0x1p23f)) & 0xF;
    } else {
        const uint32_t word = word_of(x);
        payload =
            ((word + 0x7FFFF + (word >> 20 & 1)) >> 20) - static_cast<uint32_t>(127 - bias) * 8;
    }
    return payload < largest ? payload : largest;
}

} // namespace fp4::kernels
