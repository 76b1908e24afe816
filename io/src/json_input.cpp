#include "json_input.hpp"

#include "fp4/io/message.hpp"

namespace fp4::io {

std::string syntax_message(const std::exception& exception) {
    std::string_view text = exception.what();
    if (const auto end = text.find("] "); text.starts_with('[') && end != text.npos)
        text.remove_prefix(end + 2);
    if (const auto end = text.find(": "); text.starts_with("parse error") && end != text.npos)
        text.remove_prefix(end + 2);
    return printable(text, 200);
}

} // namespace fp4::io
