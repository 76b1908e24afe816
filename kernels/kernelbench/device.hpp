// Memory, a stream and errors of the GPU. What fails throws Failure, which main() prints.
#pragma once
#include <cuda_runtime_api.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fp4::kernels::bench {

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void must(cudaError_t error, const char* what) {
    if (error != cudaSuccess) throw Failure(std::string(what) + ": " + cudaGetErrorString(error));
}

class Memory {
  public:
    explicit Memory(size_t bytes) : bytes_(bytes) {
        must(cudaMalloc(&data_, bytes ? bytes : 1), "cudaMalloc");
    }
    Memory(Memory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
    Memory& operator=(Memory&&) = delete;
    ~Memory() { cudaFree(data_); }

    size_t bytes() const { return bytes_; }
    template <class T>
    T* as() const {
        return static_cast<T*>(data_);
    }

    // Waits, since streams here do not wait for the one that memset uses.
    void poison() const {
        must(cudaMemset(data_, 0xFF, bytes_), "cudaMemset");
        must(cudaDeviceSynchronize(), "cudaMemset");
    }
    std::vector<uint8_t> read(size_t from, size_t count) const {
        std::vector<uint8_t> out(count);
        must(cudaMemcpy(out.data(), as<uint8_t>() + from, count, cudaMemcpyDeviceToHost),
             "cudaMemcpy");
        return out;
    }
    std::vector<uint8_t> read() const { return read(0, bytes_); }

  private:
    void* data_ = nullptr;
    size_t bytes_;
};

class Stream {
  public:
    Stream() {
        must(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { cudaStreamDestroy(stream_); }
    operator cudaStream_t() const { return stream_; }
    void wait() const { must(cudaStreamSynchronize(stream_), "a kernel"); }

  private:
    cudaStream_t stream_ = nullptr;
};

} // namespace fp4::kernels::bench
