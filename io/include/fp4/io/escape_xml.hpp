// Text for XML and HTML, in content and between double quotes.
#pragma once
#include <string>
#include <string_view>

namespace fp4::io {

// & < > " ' become entities; what XML 1.0 has no place for, like every other byte that printable()
// would not show, becomes \xNN.
std::string escape_xml(std::string_view text);

} // namespace fp4::io
