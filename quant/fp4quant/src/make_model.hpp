// The layers of a model under a method, into layer files, with progress and, of those that train,
// a log.
#pragma once
#include <filesystem>
#include <string>

#include "fp4/quant/pipeline/make_layers.hpp"
#include "fp4/quant/pipeline/named_method.hpp"
#include "fp4/quant/report/training_log.hpp"

namespace fp4::quant {

struct ModelWork {
    const NamedMethod* method = nullptr;
    Scheme scheme;
    FaarRecipe recipe;                   // its seed is that of the second stage
    std::string name;                    // for progress and the log
    std::filesystem::path folder;        // of the layers
    std::filesystem::path stage1_folder; // of those before the second stage, else the same; shared
                                         // by seeds
    std::string fingerprint;             // of model and calibration; the recipe's text joins it
    std::string alignment_sha256;        // of the second stage's windows
    int64_t save_every = 50;
    bool quiet = false;
};

struct ModelInputs {
    const CausalLm& ends; // its embedding; all of the model for a second stage, or a quantizer
                          // that needs predictions
    std::shared_ptr<PlainLayers> layers;
    Tensor calibration;
    Tensor alignment; // of the second stage
    int64_t windows_at_once = 8;
};

// Makes what is not there yet, and says where it is. Errors: those of make_layers, of align_layers,
// of a log that is none.
Result<LayerFiles> make_model(const ModelWork& work, const ModelInputs& inputs);

// What is known of the training, both stages. Empty where there was none.
Result<TrainingLog> training_log(const ModelWork& work);

} // namespace fp4::quant
