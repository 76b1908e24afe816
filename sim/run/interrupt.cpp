#include "interrupt.hpp"

#include <csignal>

namespace fp4::sim {
namespace {

volatile std::sig_atomic_t flag = 0;

// The first signal asks; a second one, where the asking is not heard in time, ends the program.
void on_signal(int signal) {
    flag = 1;
    std::signal(signal, SIG_DFL);
}

sigset_t held_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

void catch_interrupts() {
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

bool interrupted() { return flag != 0; }

InterruptsHeld::InterruptsHeld() {
    const sigset_t set = held_signals();
    sigprocmask(SIG_BLOCK, &set, nullptr);
}

InterruptsHeld::~InterruptsHeld() {
    const sigset_t set = held_signals();
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace fp4::sim
