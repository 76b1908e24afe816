// Errors of this library: "<where>: expected <expected>, found <found>".
#pragma once
#include <charconv>
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::io {

inline Error expected_found(ErrorCode code, std::string_view where, std::string_view expected,
                            std::string_view found) {
    return {code, std::string(where) + ": expected " + std::string(expected) + ", found " +
                      std::string(found)};
}

// The shortest text that reads back as the same float.
inline std::string text_of(float value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

} // namespace fp4::io
