#include "run_directory.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "fp4/io/atomic_file.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

namespace fs = std::filesystem;

fs::path normal(const fs::path& folder) {
    fs::path path = fs::absolute(folder).lexically_normal();
    return path.filename().empty() ? path.parent_path() : path;
}

Error cannot_write(const fs::path& folder, const std::string& why) {
    return {ErrorCode::write_failed,
            fmt::format("{}: expected a folder that can be written: {}", folder.string(), why)};
}

Status check_existing(const fs::path& folder, const std::string& mark, bool force) {
    std::error_code error;
    const auto status = fs::status(folder, error);
    if (error && status.type() != fs::file_type::not_found)
        return cannot_write(folder, error.message());
    if (!fs::exists(status)) return Done{};
    if (!fs::is_directory(status)) return cannot_write(folder, "it is not a folder");
    const bool empty = fs::is_empty(folder, error);
    if (error) return cannot_write(folder, error.message());
    if (!empty && !force && !fs::exists(folder / mark, error))
        return cannot_write(folder,
                            fmt::format("it holds files but no {} (--force replaces it)", mark));
    return Done{};
}

// A fresh folder beside the final one, removed unless released.
class Staging {
  public:
    static Result<Staging> create(const fs::path& folder) {
        std::error_code error;
        fs::create_directories(folder.parent_path(), error);
        if (error) return cannot_write(folder, error.message());
        std::string pattern =
            (folder.parent_path() / fmt::format(".{}.partial-XXXXXX", folder.filename().string()))
                .string();
        if (!mkdtemp(pattern.data())) return cannot_write(folder, std::strerror(errno));
        const mode_t mask = umask(0);
        umask(mask);
        chmod(pattern.c_str(), 0777 & ~mask);
        return Staging(pattern);
    }
    Staging(Staging&& from) noexcept : path_(std::exchange(from.path_, {})) {}
    Staging& operator=(Staging&&) = delete;
    ~Staging() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }
    void release() { path_.clear(); }

  private:
    explicit Staging(fs::path path) : path_(std::move(path)) {}
    fs::path path_;
};

} // namespace

Status check_run_directory(const fs::path& folder, const std::string& mark, bool force) {
    const fs::path final_path = normal(folder);
    FP4_TRY(check_existing(final_path, mark, force));
    FP4_TRY_ASSIGN(auto staging, Staging::create(final_path));
    return io::write_file_atomically(staging.path() / mark, std::string(4096, ' '));
}

Status write_run_directory(const fs::path& folder, const std::string& mark, bool force,
                           const std::function<Status(const fs::path&)>& fill) {
    const fs::path final_path = normal(folder);
    FP4_TRY(check_existing(final_path, mark, force));
    FP4_TRY_ASSIGN(auto staging, Staging::create(final_path));
    FP4_TRY(fill(staging.path()));

    // An earlier folder steps aside and is removed only when the new one stands in its place.
    std::error_code error;
    fs::path aside;
    if (fs::exists(final_path, error)) {
        aside = staging.path().string() + ".old";
        fs::rename(final_path, aside, error);
        if (error) return cannot_write(final_path, error.message());
    }
    fs::rename(staging.path(), final_path, error);
    if (error) {
        std::error_code ignored;
        if (!aside.empty()) fs::rename(aside, final_path, ignored);
        return cannot_write(final_path, error.message());
    }
    staging.release();
    if (!aside.empty()) fs::remove_all(aside, error);
    return Done{};
}

} // namespace fp4::sim
