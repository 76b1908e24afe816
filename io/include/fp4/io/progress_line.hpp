// The line by which a program tells how far it has come.
#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace fp4::io {

class ProgressLine {
  public:
    // What is shown where the stream is no terminal.
    enum class Elsewhere : uint8_t { nothing, lines };

    // `stream` is the program's stderr. Not enabled: nothing is ever written.
    ProgressLine(std::FILE* stream, bool enabled, Elsewhere elsewhere);
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine(); // the last line stays on a terminal, unless cleared

    // A step without an end in sight.
    void show(std::string_view text);

    // "TEXT [####....]  50 %  DONE/TOTAL  3 s, 3 s left", `rate` in the place of DONE/TOTAL where
    // it is given. Seconds count from construction or restart(). On a terminal the line is
    // rewritten in place, at most ten times a second; elsewhere there is one every ten seconds.
    // The last one, done == total, is always shown. Most other calls cost nothing.
    void show_share(std::string_view text, uint64_t done, uint64_t total,
                    std::string_view rate = {});

    double seconds() const; // since construction or restart(), never 0
    void restart();
    void clear(); // removes what a terminal shows

  private:
    using Clock = std::chrono::steady_clock;

    void write(std::string line);

    std::FILE* stream_;
    bool enabled_, terminal_, open_ = false;
    Clock::time_point begin_ = Clock::now(), shown_{};
};

} // namespace fp4::io
