// The code points by which byte-level BPE writes bytes in its vocabulary: printable bytes of
// Latin-1 stand for themselves, the other 68 are U+0100 and the following, in order (GPT-2's
// bytes_to_unicode).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fp4::quant {

// The UTF-8 text that stands for a byte.
std::string written_byte(uint8_t byte);

// The bytes that a token of the vocabulary stands for; nothing where it has another character.
std::optional<std::string> bytes_of_token(std::string_view token);

} // namespace fp4::quant
