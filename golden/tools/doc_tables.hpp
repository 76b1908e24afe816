// The tables of this library as text for the documentation.
#pragma once
#include <functional>
#include <map>
#include <string>

namespace fp4 {

// By the name that a file asks for: Markdown tables, and lines of comment for "names-in-comment".
const std::map<std::string, std::function<std::string()>>& doc_tables();

} // namespace fp4
