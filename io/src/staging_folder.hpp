// A folder in the making: locked while its process lives, removed with its owner.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fp4/io/file_descriptor.hpp"
#include "fp4/result.hpp"

namespace fp4::io {

class StagingFolder {
  public:
    // Makes PARENT/.NAME.partial-XXXXXXXX with mode 0777 less the umask, and the parents that are
    // missing. Folders of that pattern whose process has ended are removed first. Every failure is
    // write_failed and begins with `shown`.
    static Result<StagingFolder> create(const std::filesystem::path& parent, std::string_view name,
                                        const std::filesystem::path& shown);

    // Whether `entry` has the pattern of the staging folders of NAME.
    static bool is_staging_name(std::string_view entry, std::string_view name);

    StagingFolder(StagingFolder&& from) noexcept;
    StagingFolder& operator=(StagingFolder&&) = delete;
    ~StagingFolder(); // removes the folder, and the parents it made where they are empty

    const std::filesystem::path& path() const { return path_; }

    void release() { path_.clear(); } // nothing is removed any more

  private:
    StagingFolder(std::filesystem::path path, FileDescriptor lock,
                  std::vector<std::filesystem::path> made_parents);

    std::filesystem::path path_;                      // empty: nothing left to remove
    FileDescriptor lock_;                             // closed where the file system cannot lock
    std::vector<std::filesystem::path> made_parents_; // outermost first
};

} // namespace fp4::io
