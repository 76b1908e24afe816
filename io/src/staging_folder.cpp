#include "staging_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"

namespace fp4::io {
namespace {

namespace fs = std::filesystem;

constexpr size_t random_digits = 8;

std::string prefix_of(std::string_view name) { return "." + std::string(name) + ".partial-"; }

void remove_empty(const std::vector<fs::path>& folders) {
    std::error_code ignored;
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
        fs::remove(*folder, ignored);
}

// Those that were missing, outermost first.
Result<std::vector<fs::path>> make_folders(const fs::path& folder, const fs::path& shown) {
    std::vector<fs::path> missing, made;
    std::error_code ignored;
    for (auto at = folder; !fs::exists(at, ignored) && at.has_relative_path();
         at = at.parent_path())
        missing.push_back(at);
    for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
        if (::mkdir(at->c_str(), 0777) == 0) {
            made.push_back(*at);
        } else if (errno != EEXIST) {
            const auto error =
                errno_error(ErrorCode::write_failed, shown, "cannot create the folder above it");
            remove_empty(made);
            return error;
        }
    }
    return made;
}

// The lock of a folder that nobody else holds; not open where somebody does or locks are unknown.
FileDescriptor lock(const fs::path& folder) {
    FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd.is_open() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.close();
    return fd;
}

void remove_abandoned(const fs::path& parent, std::string_view name) {
    std::error_code error;
    for (auto at = fs::directory_iterator(parent, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
        if (!StagingFolder::is_staging_name(at->path().filename().native(), name)) continue;
        const auto held = lock(at->path());
        std::error_code ignored;
        if (held.is_open()) fs::remove_all(at->path(), ignored);
    }
}

} // namespace

bool StagingFolder::is_staging_name(std::string_view entry, std::string_view name) {
    const auto prefix = prefix_of(name);
    if (!entry.starts_with(prefix) || entry.size() != prefix.size() + random_digits) return false;
    return entry.find_first_not_of("0123456789abcdef", prefix.size()) == entry.npos;
}

StagingFolder::StagingFolder(fs::path path, FileDescriptor lock, std::vector<fs::path> made_parents)
    : path_(std::move(path)), lock_(std::move(lock)), made_parents_(std::move(made_parents)) {}

StagingFolder::StagingFolder(StagingFolder&& from) noexcept
    : path_(std::exchange(from.path_, {})), lock_(std::move(from.lock_)),
      made_parents_(std::exchange(from.made_parents_, {})) {}

StagingFolder::~StagingFolder() {
    if (path_.empty()) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    remove_empty(made_parents_);
}

Result<StagingFolder> StagingFolder::create(const fs::path& parent, std::string_view name,
                                            const fs::path& shown) {
    FP4_TRY_ASSIGN(auto made, make_folders(parent, shown));
    remove_abandoned(parent, name);
    for (int attempt = 0; attempt < 100; ++attempt) {
        uint32_t random = 0;
        if (::getrandom(&random, sizeof random, 0) != sizeof random) break;
        std::array<char, random_digits + 1> digits{};
        std::snprintf(digits.data(), digits.size(), "%08x", random);
        auto path = parent / (prefix_of(name) + digits.data());
        if (::mkdir(path.c_str(), 0777) != 0) {
            if (errno == EEXIST) continue;
            break;
        }
        auto held = lock(path);
        std::error_code ignored;
        // Between mkdir and lock another process may have taken it for abandoned.
        if (fs::exists(path, ignored))
            return StagingFolder(std::move(path), std::move(held), std::move(made));
    }
    const auto error = errno_error(ErrorCode::write_failed, shown,
                                   ("cannot create a folder in " + printable_path(parent)).c_str());
    remove_empty(made);
    return error;
}

} // namespace fp4::io
