// Kernels on the current GPU, for programs that hold device memory of their own.
#pragma once
#include <cuda_runtime_api.h>

#include <cstdint>

namespace fp4::kernels {

// Starts a kernel of bodies/ on x * y blocks; its pointers are device memory. Does not wait. There
// is one for every kernel that a .cu file beside this names.
template <class Kernel>
cudaError_t launch(const Kernel& kernel, int64_t x, int64_t y, cudaStream_t stream);

} // namespace fp4::kernels
