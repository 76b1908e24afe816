#include "fp4/io/temporary_folder.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

#include "fp4/io/posix_io.hpp"

namespace fp4::io {

Result<TemporaryFolder> TemporaryFolder::create(std::string_view word) {
    std::error_code ignored;
    auto parent = std::filesystem::temp_directory_path(ignored);
    if (ignored) parent = ".";
    std::string pattern = (parent / ("fp4sim-" + std::string(word) + "-XXXXXX")).string();
    if (!::mkdtemp(pattern.data()))
        return errno_error(ErrorCode::write_failed, pattern, "cannot make a temporary folder");
    return TemporaryFolder(pattern);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& from) noexcept
    : path_(std::exchange(from.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace fp4::io
