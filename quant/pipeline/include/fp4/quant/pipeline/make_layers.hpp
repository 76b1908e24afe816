// A quantized model into layer files, in steps that can be interrupted anywhere: files are whole or
// not there, and those that are there stay.
#pragma once
#include "fp4/quant/faar/faar_recipe.hpp"
#include "fp4/quant/faar/quantize_progress.hpp"
#include "fp4/quant/pipeline/layer_file.hpp"
#include "fp4/quant/pipeline/model_quantizer.hpp"

namespace fp4::quant {

// All layers through the quantizer. Errors: those of the quantizer, of files and of `progress`.
Status make_layers(ModelQuantizer& quantizer, size_t layers, const LayerFiles& files,
                   QuantizeProgress& progress);

struct AlignmentWork {
    AlignmentRecipe recipe;
    RefineRecipe refine;
    Tensor windows; // [count, length] token ids
    int64_t save_every = 100;
};

// FAAR's second stage, from the layers in `stage1` to those in `files`. `model`: the reference, in
// memory. Errors: those of Alignment, of files and of `progress`.
Status align_layers(const CausalLm& model, const LayerFiles& stage1, const LayerFiles& files,
                    const AlignmentWork& work, QuantizeProgress& progress);

} // namespace fp4::quant
