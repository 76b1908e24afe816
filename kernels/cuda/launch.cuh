// The definition of launch(), for the files that instantiate it.
#pragma once
#include "device_context.cuh"
#include "launch.hpp"

namespace fp4::kernels {

template <class Kernel>
__global__ void __launch_bounds__(Kernel::threads)
    run_kernel(const __grid_constant__ Kernel kernel) {
    extern __shared__ __align__(16) unsigned char shared[];
    DeviceContext context(shared);
    kernel(context);
}

template <class Kernel>
cudaError_t launch(const Kernel& kernel, int64_t x, int64_t y, cudaStream_t stream) {
    if (x == 0 || y == 0) return cudaSuccess;
    if (x > 0x7FFFFFFF || y > 65535) return cudaErrorInvalidConfiguration;
    if (Kernel::shared_bytes > 48 << 10) {
        const cudaError_t error = cudaFuncSetAttribute(
            run_kernel<Kernel>, cudaFuncAttributeMaxDynamicSharedMemorySize, Kernel::shared_bytes);
        if (error != cudaSuccess) return error;
    }
    run_kernel<<<dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)), Kernel::threads,
                 Kernel::shared_bytes, stream>>>(kernel);
    return cudaGetLastError();
}

} // namespace fp4::kernels

#define FP4_LAUNCHES(...)                                                                          \
    template cudaError_t fp4::kernels::launch(const __VA_ARGS__&, int64_t, int64_t, cudaStream_t)
