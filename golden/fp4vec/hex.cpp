#include "hex.hpp"

#include <algorithm>
#include <charconv>

namespace fp4::vec {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; });
}

std::string to_hex(uint64_t value, int digits) {
    std::string text(static_cast<size_t>(digits), '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4)
        *digit = "0123456789abcdef"[value & 15];
    return text;
}

std::string to_hex(std::span<const uint8_t> codes) {
    std::string text;
    for (uint8_t code : codes) text += "0123456789abcdef"[code & 15];
    return text;
}

uint64_t from_hex(std::string_view text) {
    uint64_t value = 0;
    for (char c : text) value = value << 4 | static_cast<uint64_t>(hex_digit(c));
    return value;
}

std::string in_quotes(std::string_view text) {
    constexpr size_t longest = 40;
    std::string quoted = "'";
    for (char c : text.substr(0, longest)) quoted += c >= ' ' && c <= '~' ? c : '?';
    return quoted + (text.size() > longest ? "...'" : "'");
}

Error bad(const std::string& what, const std::string& expected, std::string_view found) {
    return {ErrorCode::bad_argument,
            what + ": expected " + expected + ", found " + in_quotes(found)};
}

int64_t from_decimal(std::string_view text, int64_t limit) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole =
        !text.empty() && text[0] != '-' && error == std::errc{} && end == text.data() + text.size();
    return whole && value <= limit ? value : -1;
}

} // namespace fp4::vec
