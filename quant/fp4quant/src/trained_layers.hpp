// Models whose roundings are trained: FAAR, with or without its second stage, into layer files.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "fp4/quant/pipeline/make_layers.hpp"
#include "fp4/quant/faar/faar_recipe.hpp"
#include "fp4/quant/quantizers/named_method.hpp"
#include "fp4/quant/report/training_log.hpp"

namespace fp4::quant {

struct TrainedModel {
    const NamedMethod* method = nullptr;
    Scheme scheme;
    FaarRecipe recipe; // its seed is that of the second stage
    std::string name;  // for progress and the log
    std::filesystem::path folder;
    std::filesystem::path stage1_folder; // the same for seeds that share it
    std::string fingerprint;             // of model and calibration; the recipe's text joins it
    std::string alignment_sha256;        // of the second stage's windows
    int64_t save_every = 50;
    bool quiet = false;
};

struct TrainingInputs {
    const CausalLm& ends; // its embedding; all of the model for curvatures and for the second stage
    LayerSource layers;
    Tensor calibration;
    Tensor alignment; // of the second stage
    int64_t windows_at_once = 8;
};

// Makes what is not there yet, and says where it is. Errors: those of make_layers, of align_layers,
// of a log that is none.
Result<LayerFiles> trained_layers(const TrainedModel& model, const TrainingInputs& inputs);

// What is known of the training, both stages. Empty where there was none.
Result<TrainingLog> training_log(const TrainedModel& model);

} // namespace fp4::quant
