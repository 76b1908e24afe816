// Text for error messages: one line, and nothing in it that a terminal would act on.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fp4::io {

// Valid UTF-8 without control or direction characters stays, every other byte becomes \xNN;
// longer input is cut after max_bytes and ends in "...".
std::string printable(std::string_view text, size_t max_bytes = 96);

std::string printable_path(const std::filesystem::path& path);

// printable() between single quotes.
std::string in_quotes(std::string_view text);

bool is_utf8(std::string_view text);

} // namespace fp4::io
