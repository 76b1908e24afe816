// The engines behind --engine: one row each, and one file of this folder each.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine.hpp"
#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "hardware_config.hpp"
#include "waveform_file.hpp"

namespace fp4::sim {

// What engines are made from; each reads what concerns it.
struct EngineSetup {
    HardwareConfig hardware;
    const Arithmetic& arithmetic; // outlives the engine
    OutputType out_type = OutputType::f32;
    std::filesystem::path core_folder{};          // RTL cores
    std::optional<WaveformRequest> waveform = {}; // only where the row records waveforms
};

struct EngineRow {
    std::string_view name;
    std::string_view description; // in the help of --engine
    bool records_waveforms;
    // Errors: what the engine needs is not there, known before any work.
    Result<std::unique_ptr<Engine>> (*make)(const EngineSetup&);
};

std::span<const EngineRow> engine_rows();
// Null for a name that no row has.
const EngineRow* engine_row(std::string_view name);

// The Verilated core in the simulated system of setup.hardware. SystemC allows one in a process.
// Errors: no such core, a waveform that cannot be written, a second one.
Result<std::unique_ptr<Engine>> make_rtl_engine(const EngineSetup& setup);

// golden's fast path and epilogue, untimed.
Result<std::unique_ptr<Engine>> make_golden_engine(const EngineSetup& setup);

// kernels/ on the first GPU, untimed. Errors: there is none, or this program was built without
// CUDA.
Result<std::unique_ptr<Engine>> make_cuda_engine(const EngineSetup& setup);

} // namespace fp4::sim
