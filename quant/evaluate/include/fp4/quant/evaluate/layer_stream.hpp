// The layers of a model one at a time, so that it need not be in memory as a whole: as they are
// run, and, of a kind, as what they are made of.
#pragma once
#include <memory>
#include <vector>

#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/quant/evaluate/layer_model.hpp"
#include "fp4/quant/model/causal_lm.hpp"

namespace fp4::quant {

// Layers are asked for in order the first time, then in any. Errors: those of whatever they are
// read from or made by.
class LayerStream {
  public:
    virtual ~LayerStream() = default;
    virtual Result<LayerModel> model(size_t layer) = 0;
};

// Float32 weights; run in float32.
class PlainLayers : public LayerStream {
  public:
    virtual Result<LayerWeights> weights(size_t layer) = 0;
    Result<LayerModel> model(size_t layer) override;
};

// Codes; run fake-quantized.
class QuantizedLayers : public LayerStream {
  public:
    const Scheme& scheme() const { return scheme_; }
    virtual Result<std::shared_ptr<const QuantizedLayer>> layer(size_t layer) = 0;
    Result<LayerModel> model(size_t layer) override;

  protected:
    explicit QuantizedLayers(const Scheme& scheme) : scheme_(scheme) {}
    Scheme scheme_;
};

// Of a model in memory, which outlives this.
class ModelLayers final : public PlainLayers {
  public:
    explicit ModelLayers(const CausalLm& model) : model_(model) {}
    Result<LayerWeights> weights(size_t layer) override { return model_.layers[layer]; }

  private:
    const CausalLm& model_;
};

// Read from a checkpoint, which outlives this, whenever they are asked for.
class CheckpointWeights final : public PlainLayers {
  public:
    CheckpointWeights(const checkpoints::Checkpoint& checkpoint, DecoderConfig config,
                      torch::Device device)
        : checkpoint_(checkpoint), config_(std::move(config)), device_(device) {}
    Result<LayerWeights> weights(size_t layer) override;

  private:
    const checkpoints::Checkpoint& checkpoint_;
    DecoderConfig config_;
    torch::Device device_;
};

using QuantizedLayerList = std::vector<std::shared_ptr<const QuantizedLayer>>;

// Made before, in memory.
class ListedLayers final : public QuantizedLayers {
  public:
    ListedLayers(const Scheme& scheme, QuantizedLayerList layers)
        : QuantizedLayers(scheme), layers_(std::move(layers)) {}
    Result<std::shared_ptr<const QuantizedLayer>> layer(size_t layer) override {
        return layers_[layer];
    }

  private:
    QuantizedLayerList layers_;
};

// Quantized layers, run in a hardware's arithmetic.
class HardwareLayers final : public LayerStream {
  public:
    HardwareLayers(std::shared_ptr<QuantizedLayers> layers, const Arithmetic& arithmetic)
        : layers_(std::move(layers)), arithmetic_(arithmetic) {}
    Result<LayerModel> model(size_t layer) override;

  private:
    std::shared_ptr<QuantizedLayers> layers_;
    const Arithmetic& arithmetic_;
};

// `layers` fake-quantized, or in an arithmetic that is not null.
std::shared_ptr<LayerStream> under_arithmetic(std::shared_ptr<QuantizedLayers> layers,
                                              const Arithmetic* arithmetic);

// All layers of another stream, made once and held as they are run.
class HeldLayers final : public LayerStream {
  public:
    static Result<std::shared_ptr<LayerStream>> of(LayerStream& stream, size_t layers);
    explicit HeldLayers(std::vector<LayerModel> models) : models_(std::move(models)) {}
    Result<LayerModel> model(size_t layer) override { return models_[layer]; }

  private:
    std::vector<LayerModel> models_;
};

} // namespace fp4::quant
