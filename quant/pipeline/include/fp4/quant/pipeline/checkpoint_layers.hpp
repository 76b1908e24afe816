// A quantized checkpoint, layer by layer, as it is evaluated.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/quant/evaluate/layer_stream.hpp"

namespace fp4::quant {

class CheckpointLayers final : public QuantizedLayers {
  public:
    // bad_argument: a checkpoint that is not quantized. Else the errors of
    // QuantizedCheckpoint::open and of a model that the forward pass does not compute.
    static Result<CheckpointLayers> open(const std::filesystem::path& folder,
                                         const checkpoints::ReadOptions& options = {},
                                         torch::Device device = torch::kCPU);

    const checkpoints::QuantizedCheckpoint& checkpoint() const { return checkpoint_; }
    const DecoderConfig& config() const { return config_; }

    // Embedding, final norm and head, on the processor.
    Result<CausalLm> ends() const;

    // Linears that the checkpoint leaves alone are float32 weights in `plain`, and their inputs are
    // not quantized. On the processor.
    Result<QuantizedLayer> load(size_t layer);

    // The same on the device. Inputs go through the layout's format by its standard encoder, under
    // the stored static scales.
    Result<std::shared_ptr<const QuantizedLayer>> layer(size_t layer) override;

  private:
    CheckpointLayers(checkpoints::QuantizedCheckpoint checkpoint, DecoderConfig config,
                     torch::Device device);

    checkpoints::QuantizedCheckpoint checkpoint_;
    DecoderConfig config_;
    torch::Device device_;
    std::map<std::string, size_t> place_of_; // of a quantized module in checkpoint_.linears()
};

} // namespace fp4::quant
