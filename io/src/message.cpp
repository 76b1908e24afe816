#include "fp4/io/message.hpp"

#include <array>

namespace fp4::io {
namespace {

struct Utf8 {
    size_t length; // 0: not UTF-8
    uint32_t code_point;
};

// The first character of a non-empty text.
Utf8 first_character(std::string_view text) {
    static constexpr std::array<uint32_t, 5> smallest{
        0, 0, 0x80, 0x800, 0x10000}; // per length; less is an overlong form
    const auto lead = static_cast<uint8_t>(text[0]);
    if (lead < 0x80) return {1, lead};
    const size_t length = lead >= 0xF8   ? 0
                          : lead >= 0xF0 ? 4
                          : lead >= 0xE0 ? 3
                          : lead >= 0xC0 ? 2
                                         : 0;
    if (length == 0 || text.size() < length) return {0, 0};
    uint32_t code_point = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; ++i) {
        const auto next = static_cast<uint8_t>(text[i]);
        if ((next & 0xC0) != 0x80) return {0, 0};
        code_point = code_point << 6 | (next & 0x3F);
    }
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < smallest[length] || surrogate || code_point > 0x10FFFF) return {0, 0};
    return {length, code_point};
}

bool is_harmless(uint32_t c) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool separator_or_direction = (c >= 0x200B && c <= 0x200F) ||
                                        (c >= 0x2028 && c <= 0x202E) ||
                                        (c >= 0x2066 && c <= 0x2069);
    return !control && !separator_or_direction && c != 0x061C && c != 0xFEFF;
}

} // namespace

std::string printable(std::string_view text, size_t max_bytes) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (size_t at = 0; at < text.size();) {
        const auto [length, code_point] = first_character(text.substr(at));
        const size_t step = length == 0 ? 1 : length;
        if (at + step > max_bytes) return out + "...";
        if (length != 0 && is_harmless(code_point)) {
            out += text.substr(at, length);
        } else {
            for (size_t i = 0; i < step; ++i) {
                const auto byte = static_cast<uint8_t>(text[at + i]);
                out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            }
        }
        at += step;
    }
    return out;
}

std::string printable_path(const std::filesystem::path& path) {
    return printable(path.native(), 4096);
}

std::string in_quotes(std::string_view text) {
    return std::string("'").append(printable(text)) + "'";
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const size_t length = first_character(text).length;
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace fp4::io
