#include <fmt/format.h>

#include <systemc>

#include "core_loader.hpp"
#include "engine_table.hpp"
#include "fp4/try.hpp"
#include "rtl_controller.hpp"

namespace fp4::sim {
namespace {

// The first named set of formats that has all of these; none: no set has.
const RtlFormatSet* set_with(FormatSet formats) {
    for (const RtlFormatSet& set : rtl_format_sets)
        if ((formats & ~set.formats) == 0) return &set;
    return nullptr;
}

class RtlEngine final : public Engine {
  public:
    RtlEngine(const EngineSetup& setup, LoadedCore core, std::optional<WaveformFile> waveform)
        : setup_(setup), core_(std::move(core)), waveform_(std::move(waveform)) {}
    ~RtlEngine() override {
        if (sc_core::sc_get_status() == sc_core::SC_PAUSED) sc_core::sc_stop();
    }

    std::string_view name() const override { return "rtl"; }

    std::optional<CoreShape> array() const override { return core_->shape(); }

    Status prepare(std::span<const traces::TraceOp> ops) override {
        FormatSet formats = 0;
        for (const traces::TraceOp& op : ops)
            for (const Format format : {op.a.format, op.b.format}) {
                formats |= format_set({format});
                if (!set_with(formats)) return cannot_decode(op, format);
            }
        if ((formats & ~core_->formats()) != 0) {
            FP4_TRY_ASSIGN(
                core_, LoadedCore::load(setup_.core_folder, core_->shape(), setup_.arithmetic.name,
                                        setup_.waveform.has_value(), *set_with(formats)));
        }
        std::optional<WaveformRecorder> recorder;
        if (waveform_)
            recorder.emplace(*core_, setup_.waveform->window, waveform_->recording(),
                             setup_.hardware.clock_mhz);
        system_ = std::make_unique<System>("system", setup_.hardware, *core_);
        controller_ = std::make_unique<RtlController>("controller", *system_, setup_.hardware,
                                                      setup_.out_type, std::move(recorder));
        return Done{};
    }

    Status check(const traces::TraceOp& op) const override {
        for (const Format format : {op.a.format, op.b.format})
            if (!contains(core_->formats(), format)) return cannot_decode(op, format);
        return check_buffers(setup_.hardware, op);
    }

    Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                             const EngineHooks& hooks) override {
        return controller_->run(op, c, hooks);
    }

    Status finish() override {
        if (!waveform_) return Done{};
        if (controller_->recorder()->failed())
            return Error{ErrorCode::write_failed,
                         fmt::format("{}: the waveform could not be recorded",
                                     waveform_->recording().string())};
        return controller_->recorder()->recorded() ? waveform_->commit() : Done{};
    }

  private:
    Error cannot_decode(const traces::TraceOp& op, Format format) const {
        return {ErrorCode::bad_argument,
                fmt::format("op {}: format {}: the RTL of profile {} does not decode it", op.name,
                            spec_of(format).name, setup_.arithmetic.name)};
    }

    EngineSetup setup_;
    LoadedCore core_;
    std::optional<WaveformFile> waveform_;
    std::unique_ptr<System> system_; // both from prepare()
    std::unique_ptr<RtlController> controller_;
};

} // namespace

Result<std::unique_ptr<Engine>> make_rtl_engine(const EngineSetup& setup) {
    if (sc_core::sc_get_status() != sc_core::SC_ELABORATION)
        return Error{ErrorCode::device_failed,
                     "--engine rtl: expected one simulated system in this process, found another"};
    const CoreShape shape{setup.hardware.array_rows, setup.hardware.array_cols};
    FP4_TRY_ASSIGN(auto core, LoadedCore::load(setup.core_folder, shape, setup.arithmetic.name,
                                               setup.waveform.has_value()));
    std::optional<WaveformFile> waveform;
    if (setup.waveform) {
        FP4_TRY_ASSIGN(auto file, WaveformFile::create(setup.waveform->target));
        waveform.emplace(std::move(file));
    }
    return std::unique_ptr<Engine>(
        std::make_unique<RtlEngine>(setup, std::move(core), std::move(waveform)));
}

} // namespace fp4::sim
