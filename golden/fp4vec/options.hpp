// The command line of fp4vec.
#pragma once
#include <functional>
#include <variant>

namespace fp4::vec {

// What to run, or the exit status when there is nothing to run (--help, a usage error that has been
// reported).
std::variant<std::function<int()>, int> parse_options(int argc, char** argv);

} // namespace fp4::vec
