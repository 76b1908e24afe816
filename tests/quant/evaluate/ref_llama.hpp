// The shipped model, and its layers under a scheme.
#pragma once
#include <gtest/gtest.h>

#include <map>

#include "fp4/quant/pipeline/model_quantizer.hpp"
#include "fp4/quant/model/load_weights.hpp"
#include "fp4/quant/tokens/token_file.hpp"
#include "fp4/traces/captured.hpp"

namespace fp4::quant {

struct RefLlama {
    checkpoints::Checkpoint checkpoint;
    CausalLm model;
    Tensor calibration;
    traces::CapturedActivations activations;

    static const RefLlama& get() {
        static const RefLlama all = [] {
            const std::filesystem::path folder = FP4_REF_LLAMA;
            auto checkpoint = checkpoints::Checkpoint::open(folder);
            const auto config = read_decoder_config(folder);
            auto model = load_model(*checkpoint, *config);
            const auto windows =
                read_token_windows(folder / "tokens/calibration.safetensors", config->vocab_size);
            auto calibration = torch::tensor(windows->tokens, torch::kInt)
                                   .view({-1, static_cast<int64_t>(windows->length)});
            return RefLlama{
                std::move(*checkpoint), std::move(*model), calibration,
                *traces::CapturedActivations::open(folder / traces::captured_file_name)};
        }();
        return all;
    }
};

// The first `count` layers rounded to nearest, calibrated on all calibration windows.
inline QuantizedLayerList make_ref_llama_layers(const Scheme& scheme, size_t count) {
    const auto& ref = RefLlama::get();
    auto quantizer =
        ModelQuantizer::make(std::make_unique<Quantizer>(scheme), ref.model,
                             std::make_shared<ModelLayers>(ref.model), ref.calibration);
    EXPECT_TRUE(quantizer) << quantizer.error().message;
    QuantizedLayerList out;
    while (out.size() < count) {
        auto layer = quantizer->quantize_next();
        EXPECT_TRUE(layer) << layer.error().message;
        out.push_back(std::make_shared<const QuantizedLayer>(std::move(*layer)));
    }
    return out;
}

inline std::shared_ptr<const QuantizedLayer> first_layer(const Scheme& scheme) {
    return make_ref_llama_layers(scheme, 1)[0];
}

// All layers of NVFP4 or RaZeR by rounding to nearest, made once.
inline const QuantizedLayerList& ref_llama_layers(const Scheme& scheme) {
    static std::map<Format, QuantizedLayerList> made;
    auto& layers = made[scheme.weights->format];
    if (layers.empty()) layers = make_ref_llama_layers(scheme, RefLlama::get().model.layers.size());
    return layers;
}

} // namespace fp4::quant
