#include "fp4/io/published_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "exchange_folders.hpp"
#include "fp4/io/atomic_file.hpp"
#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/posix_io.hpp"
#include "fp4/try.hpp"
#include "move_entries.hpp"
#include "staging_folder.hpp"

namespace fp4::io {
namespace {

namespace fs = std::filesystem;
constexpr auto write_failed = ErrorCode::write_failed;
constexpr size_t probe_bytes = 4096;

Error failed(const fs::path& shown, const std::string& what, const std::error_code& error) {
    return {write_failed, printable_path(shown) + ": " + what + ": " + error.message()};
}

Error refused(const fs::path& shown, std::string_view expected, std::string_view found) {
    return expected_found(write_failed, printable_path(shown), expected, found);
}

// Everything in the folder but staging folders.
Result<std::vector<fs::path>> entries_of(const fs::path& folder, const fs::path& shown) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator();
         at.increment(error))
        if (!StagingFolder::is_staging_name(at->path().filename().native(),
                                            folder.filename().native()))
            entries.push_back(at->path());
    if (error) return failed(shown, "cannot list", error);
    std::ranges::sort(entries);
    return entries;
}

enum class Existing { nothing, empty, replaceable };

Result<Existing> check_existing(const fs::path& target, const FolderPolicy& policy,
                                const fs::path& shown) {
    std::error_code error;
    const auto status = fs::symlink_status(target, error);
    if (status.type() == fs::file_type::not_found) return Existing::nothing;
    if (error) return failed(shown, "cannot look it up", error);
    if (fs::is_symlink(status)) // what leads to something has been followed
        return refused(shown, "a new name or a folder", "a link that leads nowhere");
    if (!fs::is_directory(status))
        return refused(shown, "a new name or a folder", "what is not a folder");
    FP4_TRY_ASSIGN(const auto entries, entries_of(target, shown));
    if (entries.empty()) return Existing::empty;
    if (!policy.may_replace) return refused(shown, "a new name or an empty folder", "files in it");
    FP4_TRY(policy.may_replace(shown, entries));
    return Existing::replaceable;
}

// Somebody has the folder itself in hand, not its name, or the names beside it are not ours.
bool must_keep_its_place(const fs::path& target) {
    std::error_code error;
    const auto here = fs::current_path(error);
    return (!error && fs::equivalent(target, here, error)) || is_mount_point(target) ||
           ::access(target.parent_path().c_str(), W_OK | X_OK) != 0;
}

} // namespace

struct PublishedFolder::Parts {
    fs::path shown, target; // as given, and where it leads
    FolderPolicy policy;
    StagingFolder staging;
    bool in_place; // the staging folder lies inside the target
};

PublishedFolder::PublishedFolder(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PublishedFolder::PublishedFolder(PublishedFolder&& from) noexcept = default;
PublishedFolder::~PublishedFolder() = default;

const fs::path& PublishedFolder::path() const { return parts_->staging.path(); }

Result<fs::path> PublishedFolder::resolve(const fs::path& target) {
    if (target.empty()) return refused(target, "the name of a folder", "none");
    std::error_code error;
    auto path = fs::absolute(target, error);
    if (!error) path = fs::weakly_canonical(path, error);
    if (error) return failed(target, "cannot look it up", error);
    if (!path.has_filename()) path = path.parent_path(); // a slash at the end
    if (!path.has_filename()) return refused(target, "the name of a folder", "none");
    return path;
}

Result<PublishedFolder> PublishedFolder::create(const fs::path& given, FolderPolicy policy) {
    FP4_TRY_ASSIGN(auto target, resolve(given));
    FP4_TRY_ASSIGN(const auto existing, check_existing(target, policy, given));
    const bool in_place = existing != Existing::nothing && must_keep_its_place(target);
    FP4_TRY_ASSIGN(auto staging, StagingFolder::create(in_place ? target : target.parent_path(),
                                                       target.filename().native(), given));
    return PublishedFolder(std::make_unique<Parts>(
        Parts{given, std::move(target), std::move(policy), std::move(staging), in_place}));
}

Status PublishedFolder::check(const fs::path& target, const FolderPolicy& policy, uint64_t bytes) {
    FP4_TRY_ASSIGN(const auto folder, create(target, policy));
    const auto probe =
        write_file_atomically(folder.path() / "probe", std::string(probe_bytes, ' '));
    if (!probe)
        return Error{write_failed,
                     printable_path(target) +
                         ": expected a folder that can be written to: " + probe.error().message};
    std::error_code error;
    const auto space = fs::space(folder.path(), error);
    if (!error && space.available < bytes)
        return refused(target, std::to_string(bytes) + " bytes of free disk space",
                       std::to_string(space.available));
    return Done{};
}

Status PublishedFolder::publish() {
    auto& [shown, target, policy, staging, in_place] = *parts_;
    // Once more: what has come since create() is not replaced unasked either.
    FP4_TRY_ASSIGN(const auto existing, check_existing(target, policy, shown));
    if (in_place) return fill_in_place();
    std::error_code error;
    if (existing != Existing::nothing)
        fs::permissions(staging.path(), fs::status(target, error).permissions(), error);
    if (existing == Existing::replaceable) {
        FP4_TRY(exchange_folders(staging.path(), target, shown));
        // The older folder has the staging name now and is removed under it.
    } else {
        fs::rename(staging.path(), target, error); // takes the place of an empty folder
        if (error) return failed(shown, "cannot rename the finished folder to it", error);
        staging.release();
    }
    return sync_directory_of(target);
}

Status PublishedFolder::fill_in_place() {
    auto& [shown, target, policy, staging, in_place] = *parts_;
    FP4_TRY_ASSIGN(const auto finished, entries_of(staging.path(), shown));
    FP4_TRY_ASSIGN(const auto old, entries_of(target, shown));
    FP4_TRY_ASSIGN(auto aside, StagingFolder::create(target, target.filename().native(), shown));
    FP4_TRY(move_entries(old, aside.path(), policy.last_file, Turn::first, shown));
    if (auto moved = move_entries(finished, target, policy.last_file, Turn::last, shown); !moved) {
        const auto back = entries_of(aside.path(), shown);
        if (!back || !move_entries(*back, target, policy.last_file, Turn::last, shown))
            aside.release();
        return moved;
    }
    return sync_directory_of(target / policy.last_file);
}

} // namespace fp4::io
