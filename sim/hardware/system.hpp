// The simulated accelerator: memory, DMA, panel buffers, tensor core, epilogue, checker, and the
// controller that runs a trace through it.
#pragma once
#include <functional>
#include <optional>
#include <systemc>

#include "c_dma.hpp"
#include "checker.hpp"
#include "epilogue_unit.hpp"
#include "fp4/arithmetic.hpp"
#include "fp4/traces/trace.hpp"
#include "hardware_config.hpp"
#include "memory.hpp"
#include "op_result.hpp"
#include "operand_dma.hpp"
#include "rtl_core.hpp"
#include "tensor_core_unit.hpp"

namespace fp4::sim {

// Cycles of one tile to record.
struct WaveformWindow {
    std::string path;
    std::string op;
    uint32_t tile;
    uint64_t cycles;
};

struct SystemJob {
    const traces::Trace& trace;
    const Arithmetic& arithmetic;
    OutputType out_type;
    std::function<std::vector<Fp32>(const traces::TraceOp&)> c_of; // C of an op; empty: +0
    bool check_trace_d; // C is the trace's own, so its D holds too
    std::function<void(size_t op, uint64_t macs_done, double wall_s)>
        progress; // called now and then; may be empty
    std::function<bool()> interrupted;
    std::optional<WaveformWindow> waveform;
};

// Buffers must hold one panel of each operand: an error names the buffer and the bytes it needs.
Status check_buffers(const HardwareConfig& config, const traces::Trace& trace);

class System : public sc_core::sc_module {
  public:
    System(const sc_core::sc_module_name& name, const HardwareConfig& config, RtlCore& core,
           const SystemJob& job);

    const std::vector<OpResult>& results() const { return results_; }
    bool waveform_failed() const { return waveform_failed_; }

  private:
    void control();
    OpResult run_op(size_t index);
    void watch(size_t index, double started_s);

    HardwareConfig config_;
    SystemJob job_;
    sc_core::sc_time clock_period_, read_latency_;
    RtlCore& core_;
    Checker checker_;
    PanelBuffer a_buffer_{"a_freed"}, b_buffer_{"b_freed"};
    Memory memory_;
    OperandDma a_dma_, b_dma_;
    CDma c_dma_;
    EpilogueUnit epilogue_;
    TensorCoreUnit tensor_core_;
    sc_core::sc_event gave_up_;
    std::string hang_;
    uint64_t waveform_end_ = 0; // cycle at which the recording stops; 0: not recording
    bool waveform_failed_ = false;
    std::vector<OpResult> results_;
};

} // namespace fp4::sim
