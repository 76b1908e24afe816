#pragma once
#include "emulation/mma.hpp"
#include "engine.hpp"

namespace fp4::kernels {

// Kernel bodies on the CPU, thread after thread. `seed` draws the order of blocks and, between
// barriers, of threads. `tensor_cores` outlives the engine. For small matrices.
std::unique_ptr<Engine> emulated_engine(uint64_t seed, const TensorCores& tensor_cores = hopper);

} // namespace fp4::kernels
