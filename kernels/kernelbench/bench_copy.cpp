#include "benches.hpp"
#include "fill.hpp"

namespace fp4::kernels::bench {

void bench_copy(const Stream& stream, Results& results) {
    const size_t bytes = size_t{1} << 30;
    const Memory from(bytes), to(bytes);
    must(fill_bytes(from.as<void>(), static_cast<int64_t>(bytes), 1, 0, 0), "fill");
    must(cudaDeviceSynchronize(), "fill");
    const Timing timing = time(stream, 1, [&](cudaStream_t s) {
        must(cudaMemcpyAsync(to.as<void>(), from.as<void>(), bytes, cudaMemcpyDeviceToDevice, s),
             "copy");
    });
    results.copy_bytes_per_us = 2.0 * static_cast<double>(bytes) / timing.median_us;
    results.add({"copy", "device to device", "1 GiB", timing, 2.0 * static_cast<double>(bytes), 0});
}

} // namespace fp4::kernels::bench
