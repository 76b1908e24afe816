// Formats, encoders, profiles and ops as JSON.
#pragma once
#include <string>

namespace fp4::vec {

std::string list_json();

} // namespace fp4::vec
