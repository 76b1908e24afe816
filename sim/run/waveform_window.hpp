// The word of --fst-window.
#pragma once
#include <string>

#include "engine.hpp"
#include "waveform_file.hpp"

namespace fp4::sim {

// OP:TILE:CYCLES, or empty: the default window. OP may hold dots, no colon.
Result<WaveformWindow> parse_waveform_window(const std::string& text);

// The window's op is in the trace and has the tile. `text` is for the message.
Status check_waveform_window(const WaveformWindow& window, const std::string& text,
                             const traces::Trace& trace, const Engine& engine);

} // namespace fp4::sim
