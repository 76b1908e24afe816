#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <systemc>

#include "interrupt.hpp"
#include "simrun.hpp"

// SystemC's library owns main() and calls this.
int sc_main(int argc, char** argv) {
    using namespace fp4::sim;
    try {
        const auto parsed = parse_options(argc, argv);
        if (const int* status = std::get_if<int>(&parsed)) return *status;
        catch_interrupts();
        const auto status = simrun(std::get<Options>(parsed));
        if (!status) {
            fmt::print(stderr, "simrun: {}\n", status.error().message);
            return exit_bad_input;
        }
        if (std::fflush(stdout) != 0) {
            fmt::print(stderr, "simrun: standard output: expected to be writable\n");
            return exit_bad_input;
        }
        return *status;
    } catch (const std::exception& exception) {
        fmt::print(stderr, "simrun: internal error: {}\n", exception.what());
        return exit_internal;
    }
}
