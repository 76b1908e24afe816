#include "fp4/io/escape_xml.hpp"

#include "fp4/io/message.hpp"

namespace fp4::io {

std::string escape_xml(std::string_view text) {
    const std::string shown = printable(text, std::string::npos);
    std::string out;
    for (size_t i = 0; i < shown.size(); ++i) {
        const std::string_view rest = std::string_view(shown).substr(i, 3);
        if (rest == "\xEF\xBF\xBE" ||
            rest == "\xEF\xBF\xBF") { // U+FFFE, U+FFFF: valid UTF-8, but no XML characters
            out += rest[2] == '\xBE' ? "\\xEF\\xBF\\xBE" : "\\xEF\\xBF\\xBF";
            i += 2;
            continue;
        }
        switch (shown[i]) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += shown[i];
        }
    }
    return out;
}

} // namespace fp4::io
