// The file of --fst. The waveform writer maps its file into memory and dies where the device is
// full, so it works in a temporary folder and the finished file is copied to its place.
#pragma once
#include <filesystem>

#include "fp4/result.hpp"

namespace fp4::sim {

class WaveformFile {
  public:
    // Checks that the target can be written and leaves it as it is. An empty target makes an object
    // that does nothing.
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
