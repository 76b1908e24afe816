#include "emulated_engine.hpp"

#include <new>

#include "emulation/emulate.hpp"
#include "machine_engine.hpp"

namespace fp4::kernels {
namespace {

class EmulatedMachine {
  public:
    // Exactly as long as asked for, so that address sanitizer sees every access beyond it.
    class Buffer {
      public:
        explicit Buffer(size_t bytes) : memory_(::operator new(bytes, alignment)) {}
        void* data() const { return memory_.get(); }

      private:
        static constexpr std::align_val_t alignment{16};
        struct Delete {
            void operator()(void* memory) const { ::operator delete(memory, alignment); }
        };
        std::unique_ptr<void, Delete> memory_;
    };

    EmulatedMachine(uint64_t seed, const TensorCores& tensor_cores)
        : random_(seed), tensor_cores_(&tensor_cores) {}

    std::string description() const { return "emulated on the CPU"; }
    std::string_view tensor_core_model() const { return tensor_cores_->name; }
    bool has_native() const { return true; }

    Buffer upload(const void* from, size_t bytes) const {
        Buffer out(bytes);
        if (bytes) std::memcpy(out.data(), from, bytes);
        return out;
    }

    Buffer poisoned(size_t bytes) const {
        Buffer out(bytes);
        std::memset(out.data(), 0xFF, bytes);
        return out;
    }

    Status download(const Buffer& from, void* to, size_t bytes) const {
        if (bytes) std::memcpy(to, from.data(), bytes);
        return Done{};
    }

    template <class Kernel>
    Status run(const Kernel& kernel, int64_t x, int64_t y) {
        if (auto error = emulate(kernel, {x, y}, random_(), {.tensor_cores = tensor_cores_});
            !error.empty())
            return Error{ErrorCode::device_failed, "emulation: " + error};
        return Done{};
    }

  private:
    std::mt19937_64 random_;
    const TensorCores* tensor_cores_;
};

} // namespace

std::unique_ptr<Engine> emulated_engine(uint64_t seed, const TensorCores& tensor_cores) {
    return std::make_unique<MachineEngine<EmulatedMachine>>(EmulatedMachine(seed, tensor_cores));
}

} // namespace fp4::kernels
