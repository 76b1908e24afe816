// A whole file as memory: read-only, private, gone with its owner.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "fp4/result.hpp"

namespace fp4::io {

class MappedFile {
  public:
    // Maps `size` bytes of an open file; bad_file when the file has become shorter. A file that
    // shrinks later raises SIGBUS on access.
    static Result<MappedFile> map(int fd, uint64_t size, const std::filesystem::path& path);

    MappedFile(MappedFile&& from) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::span<const std::byte> bytes_;
};

} // namespace fp4::io
