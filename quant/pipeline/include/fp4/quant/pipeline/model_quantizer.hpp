// A model through a quantizer, layer by layer: one layer's weights are in memory at a time, and the
// residual streams of the calibration windows.
#pragma once
#include <memory>

#include "fp4/quant/evaluate/layer_stream.hpp"
#include "fp4/quant/pipeline/observe.hpp"
#include "fp4/quant/quantizers/quantizer.hpp"

namespace fp4::quant {

class ModelQuantizer {
  public:
    // windows: [count, length] token ids; may be undefined for quantizers that need none. Of `ends`
    // the embedding is read, or whatever else the quantizer needs. Chunks of windows_at_once
    // windows go through a layer together. Errors: those of the quantizer's begin().
    static Result<ModelQuantizer> make(std::unique_ptr<Quantizer> quantizer, const CausalLm& ends,
                                       std::shared_ptr<PlainLayers> layers, const Tensor& windows,
                                       int64_t windows_at_once = 8);

    const Scheme& scheme() const { return quantizer_->scheme(); }
    size_t next_layer() const { return next_; }

    // Quantizes the next layer and moves the streams behind it.
    Result<QuantizedLayer> quantize_next();

    // The same with a layer that was quantized before: what a resumed run does.
    Status pass(QuantizedLayer done);

  private:
    ModelQuantizer(std::unique_ptr<Quantizer> quantizer, std::shared_ptr<PlainLayers> layers,
                   const DecoderConfig& config)
        : quantizer_(std::move(quantizer)), layers_(std::move(layers)), config_(config) {}

    Status move_streams(const LayerWeights& weights, const QuantizedLayer& layer);

    std::unique_ptr<Quantizer> quantizer_;
    std::shared_ptr<PlainLayers> layers_;
    DecoderConfig config_;
    RopeTable rope_;
    ResidualStream reference_, quantized_;
    size_t next_ = 0;
};

// Quantized as they are first asked for, in order; codes stay in memory.
class LayersAsMade final : public QuantizedLayers {
  public:
    explicit LayersAsMade(ModelQuantizer quantizer)
        : QuantizedLayers(quantizer.scheme()), quantizer_(std::move(quantizer)) {}
    Result<std::shared_ptr<const QuantizedLayer>> layer(size_t layer) override;

  private:
    ModelQuantizer quantizer_;
    QuantizedLayerList made_;
};

} // namespace fp4::quant
