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
// an object.
Result<nlohmann::json> parse_json_object(std::string_view text, std::string_view file_name);

// "3.5", "'text'", "an array": the value as an error message shows it.
std::string describe(const nlohmann::json& value);

} // namespace fp4::io
