#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "fill.hpp"

namespace fp4::kernels::bench {
namespace {

// splitmix64 of the position.
__device__ uint64_t mixed(uint64_t seed, uint64_t at) {
    uint64_t z = seed + (at + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

__device__ int64_t first() { return blockIdx.x * int64_t{256} + threadIdx.x; }
__device__ int64_t stride() { return gridDim.x * int64_t{256}; }

__global__ void bytes(uint8_t* to, int64_t count, uint64_t seed, uint8_t mask, uint8_t not_this) {
    for (int64_t i = first(); i < count; i += stride()) {
        const auto byte = static_cast<uint8_t>(mixed(seed, i));
        to[i] = mask && (byte & mask) == not_this ? byte ^ 1 : byte;
    }
}

template <class T>
__global__ void values(T* to, int64_t count, uint64_t seed) {
    for (int64_t i = first(); i < count; i += stride())
        to[i] = T(static_cast<float>(mixed(seed, i) >> 40) * 0x1p-23f - 1.0f);
}

} // namespace

cudaError_t fill_bytes(void* to, int64_t count, uint64_t seed, uint8_t mask, uint8_t not_this) {
    bytes<<<2048, 256>>>(static_cast<uint8_t*>(to), count, seed, mask, not_this);
    return cudaGetLastError();
}

cudaError_t fill_values(void* to, Dense type, int64_t count, uint64_t seed) {
    switch (type) {
    case Dense::bf16: values<<<2048, 256>>>(static_cast<__nv_bfloat16*>(to), count, seed); break;
    case Dense::f16: values<<<2048, 256>>>(static_cast<__half*>(to), count, seed); break;
    default: values<<<2048, 256>>>(static_cast<float*>(to), count, seed);
    }
    return cudaGetLastError();
}

} // namespace fp4::kernels::bench
