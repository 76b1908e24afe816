#include <fmt/format.h>

#include <systemc>

#include "core_loader.hpp"
#include "engine_table.hpp"
#include "fp4/try.hpp"
#include "rtl_controller.hpp"

namespace fp4::sim {
namespace {

class RtlEngine final : public Engine {
  public:
    RtlEngine(const EngineSetup& setup, LoadedCore core, std::optional<WaveformFile> waveform)
        : hardware_(setup.hardware), core_(std::move(core)), waveform_(std::move(waveform)),
          system_("system", hardware_, *core_),
          controller_("controller", system_, hardware_, setup.out_type,
                      waveform_ ? std::optional(WaveformRecorder(*core_, setup.waveform->window,
                                                                 waveform_->recording(),
                                                                 hardware_.clock_mhz))
                                : std::nullopt) {}
    ~RtlEngine() override {
        if (sc_core::sc_get_status() == sc_core::SC_PAUSED) sc_core::sc_stop();
    }

    std::string_view name() const override { return "rtl"; }

    std::optional<CoreShape> array() const override {
        return CoreShape{hardware_.array_rows, hardware_.array_cols};
    }

    Status check(const traces::TraceOp& op) const override {
        for (const OperandFormat& operand : {OperandFormat(op.a), OperandFormat(op.b)})
            if (!spec_of(operand.format).in_rtl)
                return Error{ErrorCode::bad_argument,
                             fmt::format("op {}: format {}: the RTL does not decode it", op.name,
                                         spec_of(operand.format).name)};
        return check_buffers(hardware_, op);
    }

    Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                             const EngineHooks& hooks) override {
        return controller_.run(op, c, hooks);
    }

    Status finish() override {
        if (!waveform_) return Done{};
        if (controller_.recorder()->failed())
            return Error{ErrorCode::write_failed,
                         fmt::format("{}: the waveform could not be recorded",
                                     waveform_->recording().string())};
        return controller_.recorder()->recorded() ? waveform_->commit() : Done{};
    }

  private:
    HardwareConfig hardware_;
    LoadedCore core_;
    std::optional<WaveformFile> waveform_;
    System system_;
    RtlController controller_;
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
