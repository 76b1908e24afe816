#include "fp4/io/posix_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::io {

Error errno_error(ErrorCode code, const std::filesystem::path& path, const char* what) {
    const std::string text = std::generic_category().message(errno);
    return {code, printable_path(path) + ": " + what + ": " + text};
}

Result<OpenedFile> open_regular_file(const std::filesystem::path& path) {
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC |
                                               O_NONBLOCK)); // O_NONBLOCK: a pipe must not hang
    if (!fd.is_open()) return errno_error(ErrorCode::bad_file, path, "cannot open");
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0)
        return errno_error(ErrorCode::bad_file, path, "cannot stat");
    if (!S_ISREG(status.st_mode))
        return Error{ErrorCode::bad_file, printable_path(path) + ": expected a regular file"};
    return OpenedFile{std::move(fd), static_cast<uint64_t>(status.st_size)};
}

Status read_at(int fd, uint64_t offset, std::span<std::byte> bytes,
               const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error(ErrorCode::bad_file, path, "cannot read");
        if (n == 0)
            return Error{ErrorCode::bad_file, printable_path(path) + ": byte " +
                                                  std::to_string(offset) + ": expected " +
                                                  std::to_string(bytes.size()) +
                                                  " more bytes, found the end of the file"};
        bytes = bytes.subspan(static_cast<size_t>(n));
        offset += static_cast<uint64_t>(n);
    }
    return Done{};
}

Result<std::string> read_text_file(const std::filesystem::path& path, uint64_t max_bytes) {
    FP4_TRY_ASSIGN(const auto file, open_regular_file(path));
    if (file.size > max_bytes)
        return Error{ErrorCode::bad_file, printable_path(path) + ": expected at most " +
                                              std::to_string(max_bytes) + " bytes, found " +
                                              std::to_string(file.size)};
    std::string text(file.size, '\0');
    FP4_TRY(read_at(file.fd.get(), 0, std::as_writable_bytes(std::span(text)), path));
    return text;
}

Status write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error(ErrorCode::write_failed, path, "cannot write");
        bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return Done{};
}

Status write_all_at(int fd, uint64_t position, std::span<const std::byte> bytes,
                    const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(position));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error(ErrorCode::write_failed, path, "cannot write");
        bytes = bytes.subspan(static_cast<size_t>(n));
        position += static_cast<uint64_t>(n);
    }
    return Done{};
}

std::filesystem::path parent_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

Status sync_directory_of(const std::filesystem::path& path) {
    const FileDescriptor fd(::open(parent_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.is_open() ||
        (::fsync(fd.get()) != 0 && errno != EINVAL)) // EINVAL: a file system without directory sync
        return errno_error(ErrorCode::write_failed, path,
                           "written, but its directory cannot be synced");
    return Done{};
}

} // namespace fp4::io
