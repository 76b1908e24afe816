#include "rtl_controller.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fp4::sim {
namespace {

// A core that neither takes nor gives anything for this long, with work on its ports, has stopped.
constexpr uint64_t hang_cycles = 10'000;

// How often hooks are called.
constexpr uint64_t hook_cycles = 8192;

} // namespace

RtlController::RtlController(const sc_core::sc_module_name& name, System& system,
                             const HardwareConfig& hardware, OutputType out_type,
                             std::optional<WaveformRecorder> recorder)
    : sc_module(name), system_(system), hardware_(hardware), out_type_(out_type),
      recorder_(std::move(recorder)) {
    SC_HAS_PROCESS(RtlController);
    SC_THREAD(control);
}

Result<EngineOutput> RtlController::run(const traces::TraceOp& op, std::span<const Fp32> c,
                                        const EngineHooks& hooks) {
    if (stuck_) return Error{ErrorCode::device_failed, "the core is in the midst of an earlier op"};
    stuck_ = true;
    job_.emplace(Job{op, c, hooks});
    begin_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
    return std::exchange(output_, {});
}

void RtlController::control() {
    for (;;) {
        while (!job_) wait(begin_);
        const Job job = *job_;
        job_.reset();
        output_ = run_op(job);
        stuck_ = !hang_.empty() || (job.hooks.interrupted && job.hooks.interrupted());
        sc_core::sc_pause();
    }
}

EngineOutput RtlController::run_op(const Job& job) {
    const Stopwatch watch;
    system_.tensor_core().before_cycle = [&] { before_cycle(job, watch); };
    system_.start(job.op, job.c, out_type_);
    wait(system_.done() | gave_up_);
    system_.stop();
    if (recorder_) recorder_->end_op();

    ReceivedOutputs received = system_.take_received();
    const auto& counters = system_.tensor_core().counters();
    return {.d = std::move(received.d),
            .out = hang_.empty() ? system_.outputs_in_memory() : std::vector<uint32_t>{},
            .outputs = received.count,
            .cycles = counters.cycles,
            .utilization = static_cast<double>(counters.beats) /
                           static_cast<double>(std::max<uint64_t>(counters.cycles, 1)),
            .bytes_read = system_.bytes_read(),
            .bytes_written = system_.bytes_written(),
            .wall_s = watch.seconds(),
            .hang = hang_,
            .wrong_tags = std::move(received.wrong_tags)};
}

void RtlController::before_cycle(const Job& job, const Stopwatch& watch) {
    const auto& counters = system_.tensor_core().counters();
    const uint32_t tile = system_.tensor_core().tile();
    if (recorder_) recorder_->before_cycle(job.op.name, tile, counters.cycles);
    if (counters.cycles % hook_cycles == hook_cycles - 1) {
        if (job.hooks.progress)
            job.hooks.progress(counters.beats * hardware_.array_rows * hardware_.array_cols *
                                   dot_lanes,
                               watch.seconds());
        if (job.hooks.interrupted && job.hooks.interrupted()) gave_up_.notify();
    }
    if (counters.stuck_cycles == hang_cycles) {
        hang_ = fmt::format("op {} tile {}: the core neither took nor gave anything for {} cycles",
                            job.op.name, tile, hang_cycles);
        gave_up_.notify();
    }
}

} // namespace fp4::sim
