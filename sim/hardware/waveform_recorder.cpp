#include "waveform_recorder.hpp"

#include <utility>

namespace fp4::sim {

WaveformRecorder::WaveformRecorder(RtlCore& core, WaveformWindow window, std::filesystem::path file,
                                   double clock_mhz)
    : core_(core), window_(std::move(window)), file_(std::move(file)),
      clock_period_ns_(1000 / clock_mhz) {}

void WaveformRecorder::before_cycle(std::string_view op, uint32_t tile, uint64_t cycle) {
    if (begun_) {
        if (cycle == end_) core_.close_waveform();
    } else if (tile == window_.tile && (window_.op.empty() || window_.op == op)) {
        begun_ = true;
        end_ = cycle + window_.cycles;
        failed_ = !core_.open_waveform(file_.c_str(), clock_period_ns_);
    }
}

void WaveformRecorder::end_op() {
    if (begun_) core_.close_waveform();
}

} // namespace fp4::sim
