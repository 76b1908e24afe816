#include "fp4/io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"

namespace fp4::io {
namespace {

constexpr auto write_failed = ErrorCode::write_failed;

struct Temporary {
    std::filesystem::path path;
    FileDescriptor fd;
};

// Like mkstemp, but with mode 0666, so that the kernel applies the umask and the directory's
// default access list.
Result<Temporary> create_temporary(const std::filesystem::path& target) {
    for (int attempt = 0; attempt < 100; ++attempt) {
        uint64_t random = 0;
        if (::getrandom(&random, sizeof random, 0) != sizeof random)
            return errno_error(write_failed, target, "cannot choose a temporary name");
        std::array<char, 48> name{};
        std::snprintf(name.data(), name.size(), ".fp4sim-%016llx.tmp",
                      static_cast<unsigned long long>(random));
        auto path = parent_of(target) / name.data();
        FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (fd.is_open()) return Temporary{std::move(path), std::move(fd)};
        if (errno != EEXIST) break;
    }
    return errno_error(write_failed, target, "cannot create a temporary file beside it");
}

} // namespace

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary,
                       FileDescriptor fd)
    : target_(std::move(target)), temporary_(std::move(temporary)), fd_(std::move(fd)) {}

AtomicFile::AtomicFile(AtomicFile&& from) noexcept
    : target_(std::move(from.target_)), temporary_(std::exchange(from.temporary_, {})),
      fd_(std::move(from.fd_)), failed_(from.failed_) {}

AtomicFile::~AtomicFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target) {
    if (!target.has_filename())
        return Error{write_failed, printable_path(target) + ": expected a file name"};
    struct stat status {};
    if (::stat(target.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        return Error{write_failed, printable_path(target) +
                                       ": cannot replace: expected a new name or a regular file"};
    FP4_TRY_ASSIGN(auto temporary, create_temporary(target));
    return AtomicFile(target, std::move(temporary.path), std::move(temporary.fd));
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
    if (!fd_.is_open())
        return Error{write_failed, printable_path(target_) + ": cannot write: already committed"};
    auto written = write_all(fd_.get(), bytes, target_);
    if (!written) failed_ = true;
    return written;
}

Status AtomicFile::write_at(uint64_t position, std::span<const std::byte> bytes) {
    if (!fd_.is_open())
        return Error{write_failed, printable_path(target_) + ": cannot write: already committed"};
    auto written = write_all_at(fd_.get(), position, bytes, target_);
    if (!written) failed_ = true;
    return written;
}

Status AtomicFile::commit() {
    if (failed_)
        return Error{write_failed,
                     printable_path(target_) + ": cannot commit: an earlier step failed"};
    if (!fd_.is_open())
        return Error{write_failed, printable_path(target_) + ": cannot commit: already committed"};
    failed_ = true; // until the rename has happened
    if (::fsync(fd_.get()) != 0) return errno_error(write_failed, target_, "cannot sync");
    fd_.close();
    if (::rename(temporary_.c_str(), target_.c_str()) != 0)
        return errno_error(write_failed, target_, "cannot rename the temporary file");
    failed_ = false;
    temporary_.clear();
    return sync_directory_of(target_);
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
    FP4_TRY_ASSIGN(auto file, AtomicFile::create(path));
    FP4_TRY(file.write(std::as_bytes(std::span(bytes))));
    return file.commit();
}

} // namespace fp4::io
