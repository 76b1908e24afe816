#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace fp4::sim {

Progress::Progress(bool enabled) : enabled_(enabled && isatty(STDERR_FILENO)) {}

bool Progress::due() {
    const auto now = std::chrono::steady_clock::now();
    if (!enabled_ || now - last_ < std::chrono::milliseconds(100)) return false;
    last_ = now;
    return true;
}

void Progress::show(const std::string& what, uint64_t done, uint64_t total, double engine_s) {
    if (!due() || total == 0 || engine_s <= 0) return;
    constexpr int width = 24;
    const double share = static_cast<double>(done) / static_cast<double>(total),
                 rate = static_cast<double>(done) / engine_s;
    const auto filled = static_cast<size_t>(share * width);
    const double left_s = rate > 0 ? static_cast<double>(total - done) / rate : 0;
    fmt::print(stderr, "\r\033[K{:<12} [{}{}] {:3.0f} %  {:.0f} MMAC/s  {:.0f} s left", what,
               std::string(filled, '#'), std::string(width - filled, '.'), share * 100, rate / 1e6,
               left_s);
    std::fflush(stderr);
    shown_ = true;
}

void Progress::note(const std::string& what) {
    if (!enabled_) return;
    fmt::print(stderr, "\r\033[K{}", what);
    std::fflush(stderr);
    shown_ = true;
}

void Progress::clear() {
    if (shown_) fmt::print(stderr, "\r\033[K");
    shown_ = false;
}

} // namespace fp4::sim
