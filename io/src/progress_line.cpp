#include "fp4/io/progress_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "fp4/io/message.hpp"

namespace fp4::io {
namespace {

constexpr size_t bar_width = 24;
constexpr size_t max_text_bytes = 160;

bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) != 0; }

// A longer line would wrap and could not be rewritten.
size_t columns_of(std::FILE* stream) {
    struct winsize size {};
    const bool known = ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known ? size.ws_col - size_t{1} : std::string::npos;
}

std::string seconds_text(double seconds, uint64_t done, uint64_t total) {
    std::array<char, 64> text{};
    const double left = seconds / static_cast<double>(done) * static_cast<double>(total - done);
    if (done == 0)
        std::snprintf(text.data(), text.size(), "%.0f s", seconds);
    else
        std::snprintf(text.data(), text.size(), "%.0f s, %.0f s left", seconds, left);
    return text.data();
}

} // namespace

ProgressLine::ProgressLine(std::FILE* stream, bool enabled, Elsewhere elsewhere)
    : stream_(stream), enabled_(enabled && (is_terminal(stream) || elsewhere == Elsewhere::lines)),
      terminal_(is_terminal(stream)) {}

ProgressLine::~ProgressLine() {
    if (open_) std::fputs("\n", stream_);
}

void ProgressLine::write(std::string line) {
    if (terminal_)
        std::fprintf(stream_, "\r\033[K%s", line.substr(0, columns_of(stream_)).c_str());
    else
        std::fprintf(stream_, "%s\n", line.c_str());
    std::fflush(stream_);
    open_ = terminal_;
}

void ProgressLine::show(std::string_view text) {
    if (enabled_) write(printable(text, max_text_bytes));
}

void ProgressLine::show_share(std::string_view text, uint64_t done, uint64_t total,
                              std::string_view rate) {
    if (!enabled_ || total == 0) return;
    const auto now = Clock::now();
    done = std::min(done, total);
    if (done < total && now - shown_ < std::chrono::milliseconds(terminal_ ? 100 : 10'000)) return;
    shown_ = now;
    const double share = static_cast<double>(done) / static_cast<double>(total);
    const auto filled = static_cast<size_t>(share * bar_width);
    std::array<char, 8> percent{};
    std::snprintf(percent.data(), percent.size(), "%3.0f", share * 100);
    std::string line = printable(text, max_text_bytes);
    line.append(" [").append(filled, '#').append(bar_width - filled, '.');
    line.append("] ").append(percent.data()).append(" %  ");
    if (rate.empty())
        line += std::to_string(done) + "/" + std::to_string(total);
    else
        line += printable(rate);
    write(line + "  " + seconds_text(seconds(), done, total));
}

double ProgressLine::seconds() const {
    return std::max(1e-9, std::chrono::duration<double>(Clock::now() - begin_).count());
}

void ProgressLine::restart() { begin_ = Clock::now(); }

void ProgressLine::clear() {
    if (open_) std::fputs("\r\033[K", stream_);
    open_ = false;
}

} // namespace fp4::io
