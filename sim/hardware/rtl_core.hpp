// The boundary between the simulator and a clocked fp4_tensor_core: its ports as plain data, one
// call per cycle. A core is a shared library with the factory below, so that other builds of the
// RTL can be put in its place.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/formats/format_set.hpp"

namespace fp4::sim {

struct CoreShape {
    uint32_t rows;
    uint32_t cols;
    friend bool operator==(const CoreShape&, const CoreShape&) = default;
};

// Input ports for one cycle. Operand and C data must stay alive for the call and need no content
// while their valid is low.
struct CoreInputs {
    bool reset = false;
    bool k_valid = false;
    bool k_last = false;
    bool k_use_c = false;
    uint32_t k_tag = 0;
    struct Operand : OperandFormat {
        const uint8_t* codes = nullptr;  // rows (or cols) * blocks_per_cycle() * 8 bytes
        const uint8_t* scales = nullptr; // so many times record_bytes() bytes
    } a, b;
    bool c_valid = false;
    const uint32_t* c = nullptr; // cols binary32 patterns
    bool d_ready = false;
};

// Output ports as they stand before the clock edge of the cycle: a transfer happened where valid
// and ready were both high.
struct CoreOutputs {
    bool k_ready = false;
    bool c_ready = false;
    bool d_valid = false;
    bool d_last = false;
    uint32_t d_tag = 0;
    std::vector<uint32_t> d; // cols; filled while d_valid
};

class RtlCore {
  public:
    virtual ~RtlCore() = default;
    virtual CoreShape shape() const = 0;
    virtual Arithmetic arithmetic() const = 0; // a row of arithmetic_profiles, or one with other
                                               // steps or widths, under a name of its own
    virtual FormatSet formats() const = 0;     // of either operand
    virtual uint32_t blocks_per_cycle() const = 0; // blocks of 16 elements in a beat
    size_t record_bytes() const { return static_cast<size_t>(max_record_bytes(formats())); }

    // Drives the inputs, samples the outputs, then clocks once.
    virtual void cycle(const CoreInputs& inputs, CoreOutputs& outputs) = 0;

    // Waveform of the cycles between the two calls. False: this core was built without tracing, or
    // the file cannot be written.
    virtual bool open_waveform(const char* path, double clock_period_ns) = 0;
    virtual void close_waveform() = 0;

    // What Verilator has counted since the first reset or the last such call. False: this core was
    // built without coverage, or the file cannot be written.
    virtual bool write_coverage(const char* path) = 0;
};

// Exported by a core's shared library. The caller deletes the result.
inline constexpr const char* rtl_core_factory = "fp4_rtl_core_create";
using RtlCoreFactory = RtlCore* (*)();

} // namespace fp4::sim
