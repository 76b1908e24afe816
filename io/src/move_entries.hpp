// Files and folders from one folder to another of the same file system.
#pragma once
#include <filesystem>
#include <span>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::io {

// Renames each entry into `folder`, the one called `last` after all others. On a failure those
// that were moved go back and the result is write_failed, beginning with `shown`.
Status move_entries(std::span<const std::filesystem::path> entries,
                    const std::filesystem::path& folder, std::string_view last,
                    const std::filesystem::path& shown);

} // namespace fp4::io
