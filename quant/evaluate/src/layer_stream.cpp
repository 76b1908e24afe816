#include "fp4/quant/evaluate/layer_stream.hpp"

#include "fp4/quant/evaluate/fake_quantized.hpp"
#include "fp4/quant/evaluate/hardware_true.hpp"
#include "fp4/quant/model/device.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<LayerModel> PlainLayers::model(size_t layer) {
    FP4_TRY_ASSIGN(auto read, weights(layer));
    return reference_layer(std::move(read));
}

Result<LayerModel> QuantizedLayers::model(size_t index) {
    FP4_TRY_ASSIGN(auto made, layer(index));
    return fake_quantized(std::move(made), scheme_);
}

Result<LayerWeights> CheckpointWeights::weights(size_t layer) {
    FP4_TRY_ASSIGN(auto read, load_layer(checkpoint_, config_, layer));
    return to_device(std::move(read), device_);
}

Result<LayerModel> HardwareLayers::model(size_t layer) {
    FP4_TRY_ASSIGN(auto made, layers_->layer(layer));
    return hardware_true(std::move(made), layers_->scheme(), arithmetic_);
}

std::shared_ptr<LayerStream> under_arithmetic(std::shared_ptr<QuantizedLayers> layers,
                                              const Arithmetic* arithmetic) {
    if (!arithmetic) return layers;
    return std::make_shared<HardwareLayers>(std::move(layers), *arithmetic);
}

Result<std::shared_ptr<LayerStream>> HeldLayers::of(LayerStream& stream, size_t layers) {
    std::vector<LayerModel> models;
    for (size_t layer = 0; layer < layers; ++layer) {
        FP4_TRY_ASSIGN(auto model, stream.model(layer));
        models.push_back(std::move(model));
    }
    return std::shared_ptr<LayerStream>(std::make_shared<HeldLayers>(std::move(models)));
}

} // namespace fp4::quant
