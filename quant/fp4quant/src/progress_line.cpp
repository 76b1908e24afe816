#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace fp4::quant {

ProgressLine::ProgressLine(bool enabled)
    : enabled_(enabled), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
    if (open_) fmt::print(stderr, "\n");
}

void ProgressLine::show(const std::string& text) {
    if (!enabled_) return;
    if (terminal_)
        fmt::print(stderr, "\r\033[K{}", text);
    else
        fmt::print(stderr, "{}\n", text);
    open_ = terminal_;
}

void ProgressLine::show_share(std::string_view text, uint64_t done, uint64_t total) {
    const auto now = Clock::now();
    if (done < total && now - shown_ < std::chrono::milliseconds(terminal_ ? 200 : 10'000)) return;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const auto so_far = fmt::format("{} {}/{}  {:.0f} s", text, done, total, seconds);
    show(done == 0 ? so_far
                   : fmt::format("{}, {:.0f} s left", so_far,
                                 seconds / static_cast<double>(done) *
                                     static_cast<double>(total - done)));
}

} // namespace fp4::quant
