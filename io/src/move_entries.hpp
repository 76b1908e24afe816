// Files and folders from one folder to another of the same file system.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::io {

enum class Turn : uint8_t { first, last };

// Renames each entry into `folder`, the one called `name` before or after all others. On a failure
// those that were moved go back and the result is write_failed, beginning with `shown`.
Status move_entries(std::span<const std::filesystem::path> entries,
                    const std::filesystem::path& folder, std::string_view name, Turn turn,
                    const std::filesystem::path& shown);

} // namespace fp4::io
