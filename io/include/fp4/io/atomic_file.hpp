// A file that appears whole under its name or not at all.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "fp4/result.hpp"
#include "fp4/io/file_descriptor.hpp"

namespace fp4::io {

// Writes to a temporary name in the target's directory; commit() moves it over the target.
// Without a successful commit() the target keeps its old content and the destructor removes the
// temporary. Every failure is write_failed with the path and the system's reason.
class AtomicFile {
  public:
    // The target must be new or a regular file (a symbolic link to one is replaced, not followed).
    static Result<AtomicFile> create(const std::filesystem::path& target);

    AtomicFile(AtomicFile&& from) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    Status write(std::span<const std::byte> bytes);

    // At a position of the file, which may lie beyond what has been written; write() goes on where
    // it was.
    Status write_at(uint64_t position, std::span<const std::byte> bytes);

    // fsync, rename, fsync of the directory. Refused after a failed write and the second time.
    Status commit();

  private:
    AtomicFile(std::filesystem::path target, std::filesystem::path temporary, FileDescriptor fd);

    std::filesystem::path target_;
    std::filesystem::path temporary_; // empty: nothing left to remove
    FileDescriptor fd_;
    bool failed_ = false;
};

// The whole of a small file in one call.
Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

} // namespace fp4::io
