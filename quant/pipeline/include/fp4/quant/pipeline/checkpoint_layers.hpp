// A quantized checkpoint, layer by layer, as it is evaluated.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "fp4/checkpoints/quantized_checkpoint.hpp"
#include "fp4/quant/quantizers/quantized_layer.hpp"
#include "fp4/quant/quantizers/scheme.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

class CheckpointLayers {
  public:
    // bad_argument: a checkpoint that is not quantized. Else the errors of
    // QuantizedCheckpoint::open and of a model that the forward pass does not compute.
    static Result<CheckpointLayers> open(const std::filesystem::path& folder,
                                         const checkpoints::ReadOptions& options = {});

    const checkpoints::QuantizedCheckpoint& checkpoint() const { return checkpoint_; }
    const DecoderConfig& config() const { return config_; }

    // What inputs go through: the layout's format by its standard encoder, under the stored static
    // scales.
    const Scheme& scheme() const { return scheme_; }

    // Embedding, final norm and head.
    Result<CausalLm> ends() const;

    // Linears that the checkpoint leaves alone are float32 weights in `plain`, and their inputs are
    // not quantized.
    Result<QuantizedLayer> load(size_t layer);

  private:
    CheckpointLayers(checkpoints::QuantizedCheckpoint checkpoint, DecoderConfig config);

    checkpoints::QuantizedCheckpoint checkpoint_;
    DecoderConfig config_;
    Scheme scheme_;
    std::map<std::string, size_t> place_of_; // of a quantized module in checkpoint_.linears()
};

} // namespace fp4::quant
