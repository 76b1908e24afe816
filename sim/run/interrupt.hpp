// Ctrl-C and SIGTERM as a flag that long work asks for, so that a stopped run cleans up after
// itself.
#pragma once

namespace fp4::sim {

void catch_interrupts();
bool interrupted();

// While one lives, interrupts wait.
class InterruptsHeld {
  public:
    InterruptsHeld();
    ~InterruptsHeld();
    InterruptsHeld(const InterruptsHeld&) = delete;
    InterruptsHeld& operator=(const InterruptsHeld&) = delete;
};

} // namespace fp4::sim
