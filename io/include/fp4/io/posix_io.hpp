// POSIX file calls that finish what they start and report failures as Errors that begin with the
// path.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "fp4/result.hpp"
#include "fp4/io/file_descriptor.hpp"

namespace fp4::io {

struct OpenedFile {
    FileDescriptor fd;
    uint64_t size;
};

// Opens a regular file for reading; directories, pipes and devices are bad_file.
Result<OpenedFile> open_regular_file(const std::filesystem::path& path);

// Fills `bytes` from `offset`; a file that ends before is bad_file.
Status read_at(int fd, uint64_t offset, std::span<std::byte> bytes,
               const std::filesystem::path& path);

// A whole file of at most `max_bytes`.
Result<std::string> read_text_file(const std::filesystem::path& path, uint64_t max_bytes);

// Writes all bytes or gives write_failed.
Status write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);

// The same from `position` of the file on, at most 2^63 - 1 with the bytes.
Status write_all_at(int fd, uint64_t position, std::span<const std::byte> bytes,
                    const std::filesystem::path& path);

// The directory that holds `path`.
std::filesystem::path parent_of(const std::filesystem::path& path);

// Makes a rename to `path` last; write_failed.
Status sync_directory_of(const std::filesystem::path& path);

// "<path>: <what>: <text of errno>"
Error errno_error(ErrorCode code, const std::filesystem::path& path, const char* what);

} // namespace fp4::io
