// Recipes that differ from another in one thing, for what each thing gives, and controls: rows of
// the accuracy table beside faar and faar-2fa.
#pragma once
#include <array>
#include <string_view>

#include "fp4/quant/faar/faar_recipe.hpp"

namespace fp4::quant {

struct FaarVariant {
    std::string_view method;  // as rows name it
    bool aligned;             // with stage 2
    std::string_view stage1;  // the method whose stage 1 it shares; its own name: none
    std::string_view summary; // the thing
    void (*change)(FaarRecipe& recipe);
};

inline constexpr std::array<FaarVariant, 20> faar_variants{{
    {"random-rounding", false, "random-rounding",
     "control: up with the probability of the position, nothing trained",
     [](FaarRecipe& recipe) {
         recipe.stage1 = {.schedule = {.steps = 0}, .flips = false, .random = true};
         recipe.scales = {ScaleCriterion::encoder, 0};
     }},
    {"norms-only", true, "faar-nearest",
     "control: roundings to nearest, the norms' gains on the windows and the loss of stage 2",
     [](FaarRecipe& recipe) {
         recipe.stage1 = {.schedule = {.steps = 0}, .flips = false};
         recipe.scales = {ScaleCriterion::encoder, 0};
         recipe.stage2.schedule.learning_rate = recipe.stage2.schedule.lambda_max = 0;
         recipe.stage2.schedule.beta_start = recipe.stage2.schedule.beta_end =
             40; // positions of 0 and 1 are the values themselves
         recipe.stage2.commitment = 1;
         recipe.stage2.pull = 0;
         recipe.stage2.norm_learning_rate = 1e-3;
     }},
    {"faar-paper", false, "faar-paper", "the paper's own words, nothing else",
     [](FaarRecipe& recipe) { recipe = paper_faar_recipe(); }},
    {"faar-no-training", false, "faar-no-training", "flips alone",
     [](FaarRecipe& recipe) { recipe.stage1.schedule.steps = 0; }},
    {"faar-no-flips", false, "faar-no-flips", "training alone, no flips before or after",
     [](FaarRecipe& recipe) {
         recipe.stage1.flips = false;
         recipe.scales.rounds = 0;
     }},
    {"faar-constant-beta", false, "faar-constant-beta",
     "training alone, beta at its end from the start",
     [](FaarRecipe& recipe) {
         recipe.stage1.flips = false;
         recipe.scales.rounds = 0;
         recipe.stage1.schedule.beta_start = recipe.stage1.schedule.beta_end;
     }},
    {"faar-constant-lambda", false, "faar-constant-lambda",
     "training alone, lambda at the geometric mean of its range throughout",
     [](FaarRecipe& recipe) {
         recipe.stage1.flips = false;
         recipe.scales.rounds = 0;
         recipe.stage1.schedule.lambda_max =
             recipe.stage1.schedule.lambda_at(recipe.stage1.schedule.steps / 2);
         recipe.stage1.schedule.lambda_start_share = 1;
     }},
    {"faar-not-normalized", false, "faar-not-normalized",
     "training alone, the loss not over that of rounding to nearest",
     [](FaarRecipe& recipe) {
         recipe.stage1.flips = false;
         recipe.scales.rounds = 0;
         recipe.stage1.normalized = false;
     }},
    {"faar-no-true-inputs", false, "faar-no-true-inputs", "inputs of the reference, quantized",
     [](FaarRecipe& recipe) { recipe.true_inputs = false; }},
    {"faar-no-curvature", false, "faar-no-curvature", "all outputs weigh the same",
     [](FaarRecipe& recipe) { recipe.curvature = false; }},
    {"faar-no-damping", false, "faar-no-damping", "moments and curvatures as they are",
     [](FaarRecipe& recipe) { recipe.damp = 0; }},
    {"faar-no-rescaling", false, "faar-no-rescaling", "scales chosen once",
     [](FaarRecipe& recipe) { recipe.scales.rounds = 0; }},
    {"faar-encoder-scales", false, "faar-encoder-scales", "the encoder's scales",
     [](FaarRecipe& recipe) {
         recipe.scales = {ScaleCriterion::encoder, 0};
     }},
    {"faar-2fa-paper", true, "faar-paper", "both stages in the paper's own words",
     [](FaarRecipe& recipe) { recipe = paper_faar_recipe(); }},
    {"faar-2fa-from-nearest", true, "faar-nearest", "stage 2 alone, from rounding to nearest",
     [](FaarRecipe& recipe) {
         recipe.stage1 = {.schedule = {.steps = 0}, .flips = false};
         recipe.scales = {ScaleCriterion::encoder, 0};
     }},
    {"faar-2fa-no-hidden", true, "faar", "no hidden states in the loss of stage 2",
     [](FaarRecipe& recipe) { recipe.stage2.hidden_weight = 0; }},
    {"faar-2fa-no-commitment", true, "faar", "stage 2 begins where weights lie",
     [](FaarRecipe& recipe) { recipe.stage2.commitment = 0; }},
    {"faar-2fa-constant-lambda", true, "faar",
     "stage 2 with lambda at the geometric mean of its range throughout",
     [](FaarRecipe& recipe) {
         recipe.stage2.schedule.lambda_max =
             recipe.stage2.schedule.lambda_at(recipe.stage2.schedule.steps / 2);
         recipe.stage2.schedule.lambda_start_share = 1;
     }},
    {"faar-2fa-norms", true, "faar", "the norms' gains beside the roundings",
     [](FaarRecipe& recipe) { recipe.stage2.norm_learning_rate = 1e-3; }},
    {"faar-2fa-refined", true, "faar", "two rounds of flips on the KL divergence behind stage 2",
     [](FaarRecipe& recipe) { recipe.refine.options = {.rounds = 2, .caution = 32}; }},
}};

} // namespace fp4::quant
