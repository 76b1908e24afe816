// The file of --fst and what it records. The waveform writer maps its file into memory and dies
// where the device is full, so it works in a temporary folder and the finished file is copied to
// its place.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "fp4/result.hpp"

namespace fp4::sim {

// Cycles to record, from the first in which the core waits for the tile. They end with the op.
struct WaveformWindow {
    std::string op; // empty: the first of the run
    uint32_t tile = 0;
    uint64_t cycles = 1000;
};

struct WaveformRequest {
    std::filesystem::path target;
    WaveformWindow window;
};

class WaveformFile {
  public:
    // Checks that the target can be written and leaves it as it is.
    static Result<WaveformFile> create(const std::filesystem::path& target);
    WaveformFile(WaveformFile&& from) noexcept;
    WaveformFile& operator=(WaveformFile&&) = delete;
    ~WaveformFile(); // removes the temporary folder

    std::filesystem::path recording() const { return folder_ / "waveform.fst"; }
    Status commit();

  private:
    WaveformFile(std::filesystem::path target, std::filesystem::path folder);
    std::filesystem::path target_, folder_;
};

} // namespace fp4::sim
