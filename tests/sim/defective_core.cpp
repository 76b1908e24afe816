// The 4 x 4 core of profile exact with a defect that the environment names, for simrun to load:
// what no patch of the RTL can be relied on to do.
#include <dlfcn.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "rtl_core.hpp"

namespace fp4::sim {
namespace {

class DefectiveCore final : public RtlCore {
  public:
    explicit DefectiveCore(std::string_view defect) : defect_(defect) {
        void* library = dlopen(FP4_RIGHT_CORE, RTLD_NOW | RTLD_LOCAL);
        if (!library) std::abort();
        const auto create = reinterpret_cast<RtlCoreFactory>(dlsym(library, rtl_core_factory));
        core_.reset(create());
    }

    CoreShape shape() const override { return core_->shape(); }
    Arithmetic arithmetic() const override { return core_->arithmetic(); }
    FormatSet formats() const override { return core_->formats(); }
    uint32_t blocks_per_cycle() const override { return core_->blocks_per_cycle(); }
    bool open_waveform(const char* path, double clock_period_ns) override {
        return core_->open_waveform(path, clock_period_ns);
    }
    void close_waveform() override { core_->close_waveform(); }
    bool write_coverage(const char* path) override { return core_->write_coverage(path); }

    // Defects begin behind twenty rows, five tiles of the first op that has more.
    void cycle(const CoreInputs& inputs, CoreOutputs& outputs) override {
        if (rows_ >= 20 && defect_ == "hang") {
            outputs = {};
            return;
        }
        core_->cycle(inputs, outputs);
        if (rows_ >= 20 && outputs.d_valid) {
            if (defect_ == "tag") outputs.d_tag ^= 1;
            if (defect_ == "d") outputs.d[1] ^= 1;
        }
        rows_ += outputs.d_valid && inputs.d_ready;
    }

  private:
    std::string_view defect_;
    std::unique_ptr<RtlCore> core_;
    int rows_ = 0;
};

} // namespace
} // namespace fp4::sim

extern "C" __attribute__((visibility("default"))) fp4::sim::RtlCore* fp4_rtl_core_create() {
    const char* defect = std::getenv("FP4_DEFECT");
    return new fp4::sim::DefectiveCore(defect ? defect : "");
}
