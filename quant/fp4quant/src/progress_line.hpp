// One line of progress on stderr: rewritten in place on a terminal, elsewhere a line every few
// seconds.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace fp4::quant {

class ProgressLine {
  public:
    explicit ProgressLine(bool enabled);
    ~ProgressLine();

    void show(const std::string& text);

    // `text`, the time since this line was made and what the rest will take at that pace. Most
    // calls between two lines cost nothing.
    void show_share(std::string_view text, uint64_t done, uint64_t total);

  private:
    using Clock = std::chrono::steady_clock;

    bool enabled_, terminal_, open_ = false;
    Clock::time_point begin_ = Clock::now(), shown_{};
};

} // namespace fp4::quant
