// The file of --fst: recorded under a temporary name, renamed when the run is over.
#pragma once
#include <filesystem>

#include "fp4/result.hpp"

namespace fp4::sim {

class WaveformFile {
  public:
    // An empty target makes an object that does nothing.
    static Result<WaveformFile> create(const std::filesystem::path& target);
    WaveformFile(WaveformFile&& from) noexcept;
    WaveformFile& operator=(WaveformFile&&) = delete;
    ~WaveformFile(); // removes what was not committed

    const std::filesystem::path& temporary() const { return temporary_; }
    Status commit();

  private:
    WaveformFile(std::filesystem::path target, std::filesystem::path temporary);
    std::filesystem::path target_, temporary_;
};

} // namespace fp4::sim
