#include "waveform_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace fp4::sim {
namespace {

Error bad_window(const std::string& text, const std::string& with) {
    return {ErrorCode::bad_argument,
            fmt::format("--fst-window: expected OP:TILE:CYCLES{}, found {}", with, text)};
}

template <class Number>
bool parse_number(std::string_view word, Number& value) {
    const auto [stop, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    return code == std::errc{} && stop == word.data() + word.size() && !word.empty();
}

} // namespace

Result<WaveformWindow> parse_waveform_window(const std::string& text) {
    WaveformWindow window;
    if (text.empty()) return window;
    const size_t first = text.find(':'), second = text.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) return bad_window(text, "");
    const std::string_view words = text;
    window.op = text.substr(0, first);
    if (!parse_number(words.substr(first + 1, second - first - 1), window.tile) ||
        !parse_number(words.substr(second + 1), window.cycles) || window.cycles == 0)
        return bad_window(text, " with numbers, at least one cycle");
    if (window.op.empty()) return bad_window(text, " with an op of the run");
    return window;
}

Status check_waveform_window(const WaveformWindow& window, const std::string& text,
                             const traces::Trace& trace, const Engine& engine) {
    if (window.op.empty()) return Done{};
    const auto op = std::ranges::find(trace.ops, window.op, &traces::TraceOp::name);
    if (op == trace.ops.end()) return bad_window(text, " with an op of the run");
    const uint32_t tiles = engine.grid(*op).tiles();
    if (window.tile >= tiles)
        return bad_window(text, fmt::format(" with a tile from 0 to {}", tiles - 1));
    return Done{};
}

} // namespace fp4::sim
