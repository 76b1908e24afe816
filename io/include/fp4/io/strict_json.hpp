// JSON documents read into memory without the liberties of nlohmann's own reader.
#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::io {

inline constexpr size_t max_json_depth = 32;

// One JSON object. bad_file with the byte offset for: a syntax error, invalid UTF-8, a NUL byte, a
// key that occurs twice in one object, nesting deeper than max_json_depth, a document that is not
// an object. Text of another format (file_kind.hpp) is told by its name.
Result<nlohmann::json> parse_json_object(std::string_view text, std::string_view file_name);

// The same for a document that is an array.
Result<nlohmann::json> parse_json_array(std::string_view text, std::string_view file_name);

// "3.5", "'text'", "an array": the value as an error message shows it.
std::string describe(const nlohmann::json& value);

} // namespace fp4::io
