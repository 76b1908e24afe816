// Hexadecimal text of vector lines, and text of unknown origin made fit for a message.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fp4/result.hpp"

namespace fp4::vec {

// Value of a hexadecimal digit; -1: not one.
int hex_digit(char c);
bool is_hex(std::string_view text);

// The low `digits` hexadecimal digits of value, lower case.
std::string to_hex(uint64_t value, int digits);
std::string to_hex(std::span<const uint8_t> codes); // one digit per code, element 0 first

// Value of at most 16 hexadecimal digits; the caller has checked them.
uint64_t from_hex(std::string_view text);

// In quotes: at most 40 characters, what cannot be printed replaced.
std::string in_quotes(std::string_view text);

// "WHAT: expected EXPECTED, found 'FOUND'"
Error bad(const std::string& what, const std::string& expected, std::string_view found);

// Value of a decimal number of digits only, at most `limit`; -1 otherwise.
int64_t from_decimal(std::string_view text, int64_t limit);

} // namespace fp4::vec
