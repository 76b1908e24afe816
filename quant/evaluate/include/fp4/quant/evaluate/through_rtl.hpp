// Quantized layers whose linears the simulator computes: every product goes through the Verilated
// RTL, and simrun holds each of its outputs against golden.
#pragma once
#include <filesystem>
#include <memory>

#include "fp4/arithmetic.hpp"
#include "fp4/quant/evaluate/layer_model.hpp"

namespace fp4::quant {

// The simulator's program, and a folder for the traces and outputs that go between the two.
struct Simulator {
    std::filesystem::path program;
    std::filesystem::path folder;
};

// Like hardware_true() of the same arithmetic, and with the same bits; `arithmetic` must be one
// that the RTL has. A linear fails where simrun reports a mismatch, whose first line is in the
// message.
Result<LayerModel> through_rtl(std::shared_ptr<const QuantizedLayer> layer, const Scheme& scheme,
                               const Arithmetic& arithmetic, const Simulator& simulator);

} // namespace fp4::quant
