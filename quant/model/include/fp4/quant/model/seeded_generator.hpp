// Random numbers of training runs.
#pragma once
#include <ATen/CPUGeneratorImpl.h>

#include <cstdint>

namespace fp4::quant {

// The generator of everything random in part `index` of a run. Its engine takes the low 32 bits of
// what it is given.
inline at::Generator seeded_generator(uint64_t seed, uint64_t index) {
    return at::detail::createCPUGenerator((seed * 0x9E3779B1 + index) & 0xFFFFFFFF);
}

} // namespace fp4::quant
