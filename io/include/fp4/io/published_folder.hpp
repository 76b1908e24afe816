// A folder that appears whole under its name or not at all.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "fp4/result.hpp"

namespace fp4::io {

// What a program may do to a folder that is there already.
struct FolderPolicy {
    // Asked about the entries of a folder that holds any: success lets all of them be replaced, an
    // error refuses the folder with that message. Empty: a folder that holds anything is refused.
    std::function<Status(const std::filesystem::path& folder,
                         std::span<const std::filesystem::path> entries)>
        may_replace{};
    // The file without which readers do not take the folder for complete. It comes last where
    // files are moved in one by one.
    std::string last_file{};
};

// Files are written to path(), a folder beside the target called .NAME.partial-XXXXXXXX; publish()
// gives it the target's name in one step (an older folder and the new one change places). Without
// a successful publish() the target stays as it was and the destructor removes everything made,
// parents included; what a killed process left behind, the next one with the same target removes.
//
// The target may have a slash at its end, be "." or be a link to a folder, whose place the new
// folder then takes behind the link. Missing parents are made. An existing folder that cannot
// change places (the process's working directory, a mount point, a parent that cannot be written
// to) is filled in place: path() lies inside it, and publish() moves the finished files in one by
// one, last_file at the end. A failure among these moves puts everything back; a process killed
// among them leaves a folder without last_file.
class PublishedFolder {
  public:
    // write_failed, beginning with `target`, unless the target is a new name, an empty folder or
    // one that the policy lets go, and can be written to.
    static Result<PublishedFolder> create(const std::filesystem::path& target, FolderPolicy policy);

    // What create() would say, before long work; a small file is written on trial and nothing is
    // left. Also write_failed with both numbers where the disk has fewer than `bytes` free.
    static Status check(const std::filesystem::path& target, const FolderPolicy& policy,
                        uint64_t bytes = 0);

    // The absolute path that `target` leads to, without a slash at its end. write_failed where it
    // has no name of its own (/) or a folder on the way cannot be looked up.
    static Result<std::filesystem::path> resolve(const std::filesystem::path& target);

    PublishedFolder(PublishedFolder&& from) noexcept;
    PublishedFolder& operator=(PublishedFolder&&) = delete;
    ~PublishedFolder();

    const std::filesystem::path& path() const; // where the files are written
    Status publish();                          // once, after the last file

  private:
    struct Parts;
    explicit PublishedFolder(std::unique_ptr<Parts> parts);
    Status fill_in_place();

    std::unique_ptr<Parts> parts_;
};

} // namespace fp4::io
