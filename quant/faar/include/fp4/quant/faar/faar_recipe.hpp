// How FAAR is trained, by name or from a file.
#pragma once
#include <string>

#include "fp4/quant/faar/alignment.hpp"
#include "fp4/quant/faar/choose_scales.hpp"
#include "fp4/quant/faar/refine_roundings.hpp"
#include "fp4/quant/faar/train_roundings.hpp"
#include "fp4/result.hpp"

namespace fp4::quant {

// Flips of single roundings after stage 2, on the KL divergence.
struct RefineRecipe {
    int64_t windows = 1024; // of those of stage 2, from the first
    RefineOptions options{.rounds = 0};
};

struct FaarRecipe {
    RoundingRecipe stage1{};
    bool true_inputs = true; // stage 1's x_q is what a linear gets behind quantized layers; else
                             // what the reference gives it, quantized
    bool curvature = true; // stage 1 weighs outputs by what they cost the reference's predictions;
                           // else all the same
    double damp = 0.001;   // of stage 1's moments and curvatures
    ScaleRecipe scales{};  // of stage 1
    AlignmentRecipe stage2{};
    RefineRecipe refine{};
};

// `given`: best; paper, what is known of the paper's procedure and nothing else; or a YAML file
// with `base`, one of the two, and under `stage1`, `stage2` and `refine` the fields that differ
// from it. Errors: unknown_name; those of the file.
Result<FaarRecipe> faar_recipe(const std::string& given);

// What `paper` is.
FaarRecipe paper_faar_recipe();

// One line that tells recipes apart, and the part of it that tells their first stages apart; the
// seed is not in it.
std::string text_of(FaarRecipe recipe);
std::string stage1_text_of(FaarRecipe recipe);

} // namespace fp4::quant
