#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace fp4::quant {

ProgressLine::ProgressLine(bool enabled) : enabled_(enabled), terminal_(isatty(STDERR_FILENO) != 0) {}

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

} // namespace fp4::quant
