// A one-line progress bar on stderr, only where that is a terminal.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace fp4::sim {

class Progress {
  public:
    explicit Progress(bool enabled); // shows nothing when not enabled or not on a terminal
    ~Progress() { clear(); }

    // done and total in MACs; rate and time left from the engine's seconds. At most ten lines a
    // second.
    void show(const std::string& what, uint64_t done, uint64_t total, double engine_s);
    void note(const std::string& what); // a step without an end in sight
    void clear();

  private:
    bool due();

    bool enabled_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point last_{};
};

} // namespace fp4::sim
