// Runs ops through the simulated system, one call each: the simulation goes on while an op runs and
// is paused between two.
#pragma once
#include <optional>
#include <string>
#include <systemc>

#include "engine.hpp"
#include "stopwatch.hpp"
#include "system.hpp"
#include "waveform_recorder.hpp"

namespace fp4::sim {

class RtlController : public sc_core::sc_module {
  public:
    // The system outlives the controller.
    RtlController(const sc_core::sc_module_name& name, System& system,
                  const HardwareConfig& hardware, OutputType out_type,
                  std::optional<WaveformRecorder> recorder);

    // Called from outside the simulation, which goes on from where the last op left it: its clock
    // runs through all ops. Error: an earlier op hung or was interrupted, so the units are in the
    // midst of it.
    Result<EngineOutput> run(const traces::TraceOp& op, std::span<const Fp32> c,
                             const EngineHooks& hooks);

    const std::optional<WaveformRecorder>& recorder() const { return recorder_; }

  private:
    struct Job {
        const traces::TraceOp& op;
        std::span<const Fp32> c;
        const EngineHooks& hooks;
    };
    void control();
    EngineOutput run_op(const Job& job);
    void before_cycle(const Job& job, const Stopwatch& watch);

    System& system_;
    HardwareConfig hardware_;
    OutputType out_type_;
    std::optional<WaveformRecorder> recorder_;
    std::optional<Job> job_; // waits for the control thread
    EngineOutput output_;
    bool stuck_ = false; // in the midst of an op
    std::string hang_;
    sc_core::sc_event begin_, gave_up_;
};

} // namespace fp4::sim
