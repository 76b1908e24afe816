#include "run_directory.hpp"

#include <algorithm>

#include "fp4/io/expected_found.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/published_folder.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

namespace fs = std::filesystem;

io::FolderPolicy policy_of(const std::string& mark, bool force) {
    return {.may_replace = [mark, force](const fs::path& folder,
                                         std::span<const fs::path> entries) -> Status {
                if (force || std::ranges::any_of(entries, [&](const fs::path& entry) {
                        return entry.filename() == mark;
                    }))
                    return Done{};
                return io::expected_found(ErrorCode::write_failed, io::printable_path(folder),
                                          "a new name, an empty folder or one with " + mark,
                                          io::in_quotes(entries.front().filename().native()) +
                                              " in it (--force replaces the folder)");
            },
            .last_file = mark};
}

} // namespace

Status check_run_directory(const fs::path& folder, const std::string& mark, bool force) {
    return io::PublishedFolder::check(folder, policy_of(mark, force));
}

Status write_run_directory(const fs::path& folder, const std::string& mark, bool force,
                           const std::function<Status(const fs::path&)>& fill) {
    FP4_TRY_ASSIGN(auto made, io::PublishedFolder::create(folder, policy_of(mark, force)));
    FP4_TRY(fill(made.path()));
    return made.publish();
}

} // namespace fp4::sim
