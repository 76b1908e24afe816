#include <cstdio>
#include <exception>

#include "commands.hpp"
#include "options.hpp"

int main(int argc, char** argv) {
    using namespace fp4::vec;
    try {
        const auto parsed = parse_options(argc, argv);
        if (const int* status = std::get_if<int>(&parsed)) return *status;
        return std::get<0>(parsed)();
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "fp4vec: internal error: %s\n", exception.what());
        return exit_internal;
    }
}
