// Random contents of device memory: no zeros in a row, which would be measured faster than data.
#pragma once
#include <cuda_runtime_api.h>

#include <cstdint>

#include "bodies/types.hpp"

namespace fp4::kernels::bench {

// Bytes, all 256 alike; those equal to `not_this` once `mask` is applied, which would be a NaN,
// become others (mask 0: every byte may come).
cudaError_t fill_bytes(void* to, int64_t count, uint64_t seed, uint8_t mask, uint8_t not_this);

// Uniform values in -1 to 1, in the type.
cudaError_t fill_values(void* to, Dense type, int64_t count, uint64_t seed);

} // namespace fp4::kernels::bench
