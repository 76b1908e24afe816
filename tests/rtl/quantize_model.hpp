// A Verilated fp4_quantize behind its ports.
#pragma once
#include <array>
#include <cstdint>

namespace fp4 {

struct QuantizeInputs {
    bool reset = false;
    bool x_valid = false;
    uint8_t x_format = 0;
    uint32_t x_divisor = 0;                 // a binary32 or bfloat16
    std::array<uint32_t, 16> x_values = {}; // likewise
    bool q_ready = true;
};

struct QuantizeOutputs {
    bool x_ready, q_valid;
    uint64_t q_codes;
    uint8_t q_scale;
};

class QuantizeModel {
  public:
    virtual ~QuantizeModel() = default;

    // Bits of a value and of the divisor, 16 or 32.
    virtual int value_bits() const = 0;
    virtual int divisor_bits() const = 0;

    // What the outputs are under these inputs; then a rising edge of the clock. Values, format and
    // divisor stay at the ports where nothing is offered.
    virtual QuantizeOutputs cycle(const QuantizeInputs& inputs) = 0;

    // Writes what was counted since the last call, and forgets it. False where the model counts no
    // coverage, or the file cannot be written.
    virtual bool write_coverage(const char* path) = 0;
};

} // namespace fp4
