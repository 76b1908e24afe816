// A folder that appears whole under its name or not at all.
#pragma once
#include <filesystem>
#include <utility>

#include "fp4/result.hpp"

namespace fp4::checkpoints {

// The metadata key of weight files by which this program knows its own outputs; the value is the
// layout's name.
inline constexpr const char* own_output_key = "fp4sim.layout";

// Written as TARGET.partial-XXXX beside the target; publish() renames it. Without that the
// destructor removes it.
class OutputFolder {
  public:
    // The target must not exist, or be an empty folder, or with `replace` a folder with nothing in
    // it but one checkpoint that this program wrote. write_failed otherwise.
    static Result<OutputFolder> create(const std::filesystem::path& target, bool replace);

    OutputFolder(OutputFolder&& from) noexcept;
    OutputFolder& operator=(OutputFolder&&) = delete;
    ~OutputFolder();

    const std::filesystem::path& path() const { return partial_; } // where the files are written
    Status publish();

  private:
    OutputFolder(std::filesystem::path target, std::filesystem::path partial, bool replace)
        : target_(std::move(target)), partial_(std::move(partial)), replace_(replace) {}

    std::filesystem::path target_;
    std::filesystem::path partial_; // empty: published
    bool replace_;
};

} // namespace fp4::checkpoints
