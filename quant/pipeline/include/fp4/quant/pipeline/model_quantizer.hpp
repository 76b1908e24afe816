// A model through a scheme, layer by layer: one layer's weights are in memory at a time, and the
// residual streams of the calibration windows.
#pragma once
#include <functional>

#include "fp4/quant/pipeline/quantize_layer.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

using LayerSource = std::function<Result<LayerWeights>(size_t layer)>;

class ModelQuantizer {
  public:
    // windows: [count, length] token ids; may be undefined for schemes that need no stream. `ends`
    // is read for the embedding. Chunks of windows_at_once windows go through a layer together.
    ModelQuantizer(const CausalLm& ends, LayerSource source, const Scheme& scheme,
                   const Tensor& windows, int64_t windows_at_once = 8, FaarOptions faar = {});

    size_t next_layer() const { return next_; }

    // Quantizes the next layer and moves the streams behind it.
    Result<QuantizedLayer> quantize_next();

    // The same with a layer that was quantized before: what a resumed run does.
    Status pass(std::shared_ptr<const QuantizedLayer> done);

  private:
    Status move_streams(const LayerWeights& weights, std::shared_ptr<const QuantizedLayer> layer);

    DecoderConfig config_;
    LayerSource source_;
    Scheme scheme_;
    FaarOptions faar_;
    RopeTable rope_;
    ResidualStream reference_, quantized_;
    size_t next_ = 0;
};

} // namespace fp4::quant
