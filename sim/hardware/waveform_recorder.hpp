// Switches a core's waveform on and off for the window asked for.
#pragma once
#include <filesystem>
#include <string_view>

#include "rtl_core.hpp"
#include "waveform_file.hpp"

namespace fp4::sim {

class WaveformRecorder {
  public:
    // The core outlives the recorder.
    WaveformRecorder(RtlCore& core, WaveformWindow window, std::filesystem::path file,
                     double clock_mhz);

    // Before each cycle: the op, the tile that the core waits for and the op's cycles so far.
    void before_cycle(std::string_view op, uint32_t tile, uint64_t cycle);
    void end_op();

    bool recorded() const { return begun_; }
    bool failed() const { return failed_; } // the core could not write the file

  private:
    RtlCore& core_;
    WaveformWindow window_;
    std::filesystem::path file_;
    double clock_period_ns_;
    bool begun_ = false, failed_ = false;
    uint64_t end_ = 0; // the cycle at which the recording stops
};

} // namespace fp4::sim
