#include "byte_alphabet.hpp"

#include <array>
#include <map>

namespace fp4::quant {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<uint16_t, 256> code_points = [] {
    std::array<uint16_t, 256> out{};
    uint16_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte)
        out[byte] = stands_for_itself(byte) ? static_cast<uint16_t>(byte) : next++;
    return out;
}();
static_assert(code_points[' '] == 0x120 && code_points['\n'] == 0x10A &&
              code_points[0xAD] == 0x143);

} // namespace

std::string written_byte(uint8_t byte) {
    const unsigned point = code_points[byte];
    if (point < 0x80) return {static_cast<char>(point)};
    return {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
}

std::optional<std::string> bytes_of_token(std::string_view token) {
    static const auto byte_of = [] {
        std::map<std::string, char, std::less<>> out;
        for (unsigned byte = 0; byte < 256; ++byte)
            out.emplace(written_byte(static_cast<uint8_t>(byte)), static_cast<char>(byte));
        return out;
    }();
    std::string bytes;
    while (!token.empty()) {
        const size_t length = static_cast<uint8_t>(token[0]) < 0x80 ? 1 : 2;
        const auto found = byte_of.find(token.substr(0, length));
        if (found == byte_of.end()) return std::nullopt;
        bytes += found->second;
        token.remove_prefix(length);
    }
    return bytes;
}

} // namespace fp4::quant
