// Wide accesses to memory. Addresses are aligned to what is moved.
#pragma once
#include "../arithmetic/host_device.hpp"

namespace fp4::kernels {

struct alignas(8) Words2 {
    uint32_t word[2];
};

struct alignas(16) Words4 {
    uint32_t word[4];
};

FP4_HD uint32_t load_word(const void* address) { return *static_cast<const uint32_t*>(address); }
FP4_HD Words2 load_words2(const void* address) { return *static_cast<const Words2*>(address); }
FP4_HD Words4 load_words4(const void* address) { return *static_cast<const Words4*>(address); }
FP4_HD void store(void* address, uint32_t word) { *static_cast<uint32_t*>(address) = word; }
FP4_HD void store(void* address, const Words2& words) { *static_cast<Words2*>(address) = words; }
FP4_HD void store(void* address, const Words4& words) { *static_cast<Words4*>(address) = words; }

} // namespace fp4::kernels
