// What a new folder and the older one in its place need from the file system.
#pragma once
#include <filesystem>

#include "fp4/result.hpp"

namespace fp4::io {

// Two folders of one parent change names, in one step where the file system can, else by
// exchange_by_renames(). write_failed, beginning with `shown`.
Status exchange_folders(const std::filesystem::path& a, const std::filesystem::path& b,
                        const std::filesystem::path& shown);

// Three renames; b is missing for a moment, and back where the second one fails.
Status exchange_by_renames(const std::filesystem::path& a, const std::filesystem::path& b,
                           const std::filesystem::path& shown);

// Whether a file system is mounted there, so that the name cannot be given to another folder.
bool is_mount_point(const std::filesystem::path& folder);

} // namespace fp4::io
