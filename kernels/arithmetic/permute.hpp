// PTX's prmt: four bytes out of eight. The one instruction that every decoder here is made of.
#pragma once
#include "host_device.hpp"

namespace fp4::kernels {

// Byte i of the result is byte (nibble i of selector) & 7 of the eight bytes high:low; where that
// nibble's bit 3 is set, its sign bit eight times.
FP4_HD uint32_t permute(uint32_t low, uint32_t high, uint32_t selector) {
#if defined(__CUDA_ARCH__)
    uint32_t out;
    asm("prmt.b32 %0, %1, %2, %3;" : "=r"(out) : "r"(low), "r"(high), "r"(selector));
    return out;
#else
    const uint64_t bytes = uint64_t{high} << 32 | low;
    uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
        const uint32_t nibble = selector >> 4 * i & 0xF;
        uint32_t byte = static_cast<uint32_t>(bytes >> 8 * (nibble & 7)) & 0xFF;
        if (nibble & 8) byte = byte & 0x80 ? 0xFF : 0;
        out |= byte << 8 * i;
    }
    return out;
#endif
}

} // namespace fp4::kernels
