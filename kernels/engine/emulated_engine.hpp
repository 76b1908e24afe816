#pragma once
#include "engine.hpp"

namespace fp4::kernels {

// Kernel bodies on the CPU, thread after thread. `seed` draws the order of blocks and, between barriers, of threads. For small matrices.
std::unique_ptr<Engine> emulated_engine(uint64_t seed);

} // namespace fp4::kernels
