// Unicode by ICU: UTF-8 and UTF-16, and normalization form C.
#pragma once
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::quant {

// bad_argument: text of 2^31 bytes or more, or invalid UTF-8.
Result<std::u16string> to_utf16(std::string_view text);

// Valid UTF-16, as to_utf16() and cuts of it between code points are.
std::string to_utf8(std::u16string_view text);

// bad_argument: text of 2^31 bytes or more.
Result<std::string> nfc(std::string_view text);

} // namespace fp4::quant
