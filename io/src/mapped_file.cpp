#include "fp4/io/mapped_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <limits>
#include <string>
#include <utility>

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"

namespace fp4::io {

Result<MappedFile> MappedFile::map(int fd, uint64_t size, const std::filesystem::path& path) {
    if (size == 0) return MappedFile(std::span<const std::byte>{});
    struct stat status {};
    if (::fstat(fd, &status) != 0) return errno_error(ErrorCode::bad_file, path, "cannot stat");
    if (status.st_size < 0 || static_cast<uint64_t>(status.st_size) < size ||
        size > std::numeric_limits<size_t>::max())
        return Error{ErrorCode::bad_file, printable_path(path) + ": expected " +
                                              std::to_string(size) + " bytes, found " +
                                              std::to_string(status.st_size)};
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) return errno_error(ErrorCode::bad_file, path, "cannot map");
    return MappedFile(std::span(static_cast<const std::byte*>(at), size));
}

MappedFile::MappedFile(MappedFile&& from) noexcept : bytes_(std::exchange(from.bytes_, {})) {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

} // namespace fp4::io
