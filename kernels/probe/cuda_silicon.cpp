#include <cuda_runtime_api.h>

#include <algorithm>
#include <memory>

#include "cuda/launch.hpp"
#include "fp4/try.hpp"
#include "silicon.hpp"

namespace fp4::probe {
namespace {

using kernels::ProbeRow;

Status checked(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return Done{};
    return Error{ErrorCode::device_failed, std::string(what) + ": " + cudaGetErrorString(error)};
}

template <class T>
using DeviceArray = std::unique_ptr<T, decltype(&cudaFree)>;

template <class T>
Result<DeviceArray<T>> device_array(size_t count) {
    void* memory = nullptr;
    FP4_TRY(checked(cudaMalloc(&memory, count * sizeof(T)), "cudaMalloc"));
    return DeviceArray<T>(static_cast<T*>(memory), cudaFree);
}

Result<std::vector<uint32_t>> run(std::span<const ProbeRow> rows) {
    FP4_TRY_ASSIGN(const auto in, device_array<ProbeRow>(rows.size()));
    FP4_TRY_ASSIGN(const auto out, device_array<uint32_t>(rows.size()));
    FP4_TRY(checked(cudaMemcpy(in.get(), rows.data(), rows.size_bytes(), cudaMemcpyHostToDevice),
                    "upload"));
    FP4_TRY(checked(cudaMemset(out.get(), 0xFF, rows.size() * sizeof(uint32_t)), "cudaMemset"));
    const kernels::Probe probe{in.get(), out.get(), static_cast<int64_t>(rows.size())};
    FP4_TRY(checked(kernels::launch(probe, probe.blocks(), 1, nullptr), "launch"));
    std::vector<uint32_t> d(rows.size());
    FP4_TRY(checked(
        cudaMemcpy(d.data(), out.get(), d.size() * sizeof(uint32_t), cudaMemcpyDeviceToHost),
        "the probe"));
    return d;
}

} // namespace

Result<Silicon> cuda_silicon() {
    cudaDeviceProp properties{};
    FP4_TRY(checked(cudaGetDeviceProperties(&properties, 0), "GPU 0"));
    std::string name = properties.name;
    if (properties.major != 12)
        return Error{ErrorCode::device_failed,
                     name + ": expected compute capability 12 (mma.sync kind::mxf4nvf4), found " +
                         std::to_string(properties.major) + "." + std::to_string(properties.minor)};
    std::erase(name, ' ');
    return Silicon{name, run};
}

} // namespace fp4::probe
