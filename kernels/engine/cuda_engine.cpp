#include "cuda_engine.hpp"

#include "cuda/launch.hpp"
#include "machine_engine.hpp"
#include "fp4/try.hpp"

namespace fp4::kernels {
namespace {

Status checked(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return Done{};
    return Error{ErrorCode::device_failed, std::string(what) + ": " + cudaGetErrorString(error)};
}

class CudaMachine {
  public:
    class Buffer {
      public:
        Buffer(CudaMachine& machine, size_t bytes) {
            machine.note(cudaMalloc(&memory_, bytes ? bytes : 1), "cudaMalloc");
        }
        Buffer(Buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
        Buffer& operator=(Buffer&&) = delete;
        ~Buffer() { cudaFree(memory_); }
        void* data() const { return memory_; }

      private:
        void* memory_ = nullptr;
    };

    CudaMachine(std::string description, const cudaDeviceProp& properties)
        : description_(std::move(description)),
          tensor_core_model_(model_of(properties.major, properties.minor)),
          has_native_(properties.major == 12) {}

    std::string description() const { return description_; }
    std::string_view tensor_core_model() const { return tensor_core_model_; }
    bool has_native() const { return has_native_; }

    Buffer upload(const void* from, size_t bytes) {
        Buffer out(*this, bytes);
        if (status_ && bytes)
            note(cudaMemcpy(out.data(), from, bytes, cudaMemcpyHostToDevice), "cudaMemcpy");
        return out;
    }

    Buffer poisoned(size_t bytes) {
        Buffer out(*this, bytes);
        if (status_) note(cudaMemset(out.data(), 0xFF, bytes), "cudaMemset");
        return out;
    }

    Status download(const Buffer& from, void* to, size_t bytes) {
        if (status_) note(cudaMemcpy(to, from.data(), bytes, cudaMemcpyDeviceToHost), "a kernel");
        return std::exchange(status_, Done{});
    }

    template <class Kernel>
    Status run(const Kernel& kernel, int64_t x, int64_t y) {
        if (status_) note(launch(kernel, x, y, nullptr), "launch");
        if (!status_) return std::exchange(status_, Done{});
        return Done{};
    }

  private:
    // The first failure stays until it is told.
    void note(cudaError_t error, const char* what) {
        if (status_) status_ = checked(error, what);
        if (error != cudaSuccess) cudaGetLastError();
    }

    static std::string_view model_of(int major, int minor) {
        if (major == 8) return minor == 0 ? "a100-fp16-f32" : minor == 9 ? "ada-fp16-f32" : "";
        if (major == 9) return "h100-fp16-f32";
        return major == 10 && minor == 0 ? "b200-fp16-f32" : "";
    }

    std::string description_;
    std::string_view tensor_core_model_;
    bool has_native_;
    Status status_ = Done{};
};

std::string version(int number) {
    return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

} // namespace

Result<std::unique_ptr<Engine>> cuda_engine() {
    int count = 0;
    if (auto status = checked(cudaGetDeviceCount(&count), "no GPU"); !status) {
        cudaGetLastError();
        return status.error();
    }
    cudaDeviceProp properties{};
    FP4_TRY(checked(cudaGetDeviceProperties(&properties, 0), "GPU 0"));
    if (properties.major < 8)
        return Error{ErrorCode::device_failed,
                     std::string(properties.name) +
                         ": expected compute capability 8.0 or later, found " +
                         std::to_string(properties.major) + "." + std::to_string(properties.minor)};
    int driver = 0;
    cudaDriverGetVersion(&driver);
    return std::unique_ptr<Engine>(std::make_unique<MachineEngine<CudaMachine>>(CudaMachine(
        std::string(properties.name) + ", driver for CUDA " + version(driver), properties)));
}

} // namespace fp4::kernels
