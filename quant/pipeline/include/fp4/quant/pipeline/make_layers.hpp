// A quantized model into layer files, in steps that can be interrupted anywhere: files are whole or
// not there, and those that are there stay.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fp4/quant/pipeline/model_quantizer.hpp"
#include "fp4/quant/faar/faar_recipe.hpp"

namespace fp4::quant {

struct LayerFiles {
    std::filesystem::path folder;
    std::string fingerprint; // of the model and of everything that the layers depend on
    Scheme scheme;

    std::filesystem::path path(size_t layer) const;
    Result<std::vector<QuantizedLayer>> load(size_t layers) const;
};

// All layers through the quantizer. before_save: called with each layer that was made, before it is
// on the disk. Errors: those of the quantizer and of files.
Status make_layers(ModelQuantizer& quantizer, size_t layers, const LayerFiles& files,
                   const std::function<Status(size_t layer)>& before_save);

struct AlignmentWork {
    AlignmentRecipe recipe;
    RefineRecipe refine;
    Tensor windows; // [count, length] token ids
    int64_t save_every = 100;
    std::function<void(const AlignmentStep& step)> on_step = {};
    std::function<Status(int64_t steps_done, const AlignmentState& state)> before_save =
        {}; // before a snapshot, and before the layers when all steps are done
    std::function<void(int64_t steps_done)> on_resume = {};
    std::function<void(const RefineRound& round)> on_round = {};
};

// FAAR's second stage, from the layers in `stage1` to those in `files`. `model`: the reference, in
// memory. Errors: those of Alignment and of files.
Status align_layers(const CausalLm& model, const LayerFiles& stage1, const LayerFiles& files,
                    const AlignmentWork& work);

} // namespace fp4::quant
