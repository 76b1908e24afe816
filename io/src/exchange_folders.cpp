#include "exchange_folders.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>

#include "fp4/io/posix_io.hpp"

namespace fp4::io {

namespace fs = std::filesystem;

Status exchange_folders(const fs::path& a, const fs::path& b, const fs::path& shown) {
    if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return Done{};
    return exchange_by_renames(a, b, shown);
}

Status exchange_by_renames(const fs::path& a, const fs::path& b, const fs::path& shown) {
    const auto between = fs::path(a) += ".old";
    if (::rename(b.c_str(), between.c_str()) != 0)
        return errno_error(ErrorCode::write_failed, shown, "cannot move the older folder away");
    if (::rename(a.c_str(), b.c_str()) != 0) {
        const auto error =
            errno_error(ErrorCode::write_failed, shown, "cannot rename the finished folder to it");
        ::rename(between.c_str(), b.c_str());
        return error;
    }
    if (::rename(between.c_str(), a.c_str()) != 0)
        return errno_error(ErrorCode::write_failed, shown,
                           "written, but the older folder beside it cannot be removed");
    return Done{};
}

bool is_mount_point(const fs::path& folder) {
    struct statx status {};
    return ::statx(AT_FDCWD, folder.c_str(), 0, STATX_TYPE, &status) == 0 &&
           (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

} // namespace fp4::io
