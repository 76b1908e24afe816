// Quantized layers whose linears the simulator computes: every product goes through the Verilated
// RTL, and simrun holds each of its outputs against golden.
#pragma once
#include <filesystem>
#include <memory>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/quant/evaluate/layer_stream.hpp"

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

// Quantized layers, run so.
class RtlLayers final : public LayerStream {
  public:
    RtlLayers(std::shared_ptr<QuantizedLayers> layers, const Arithmetic& arithmetic,
              Simulator simulator)
        : layers_(std::move(layers)), arithmetic_(arithmetic), simulator_(std::move(simulator)) {}
    Result<LayerModel> model(size_t layer) override;

  private:
    std::shared_ptr<QuantizedLayers> layers_;
    const Arithmetic& arithmetic_;
    Simulator simulator_;
};

} // namespace fp4::quant
