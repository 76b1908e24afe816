// A folder for files that nobody needs afterwards.
#pragma once
#include <filesystem>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::io {

// Made in the system's folder for temporary files, removed with all that is in it by the
// destructor.
class TemporaryFolder {
  public:
    // `word` is part of its name. write_failed, with the system's reason.
    static Result<TemporaryFolder> create(std::string_view word);
    TemporaryFolder(TemporaryFolder&& from) noexcept;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();

    const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_; // empty: moved from
};

} // namespace fp4::io
