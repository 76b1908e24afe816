#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <systemc>

#include "interrupt.hpp"
#include "simrun.hpp"

// Called by SystemC once its kernel is up.
int sc_main(int argc, char** argv) {
    using namespace fp4::sim;
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC",
                                            sc_core::SC_DO_NOTHING); // "simulation stopped by user"
    sc_core::sc_report_handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
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

int main(int argc, char** argv) {
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
