// How a model is trained from nothing: its dimensions and the schedule, one YAML file.
#pragma once
#include <filesystem>

#include "fp4/quant/model/decoder_config.hpp"

namespace fp4::quant {

struct TrainRecipe {
    DecoderConfig model;
    uint64_t seed = 0;
    uint64_t steps = 0;
    uint64_t batch_windows = 0; // per step
    uint64_t window_tokens = 0;
    uint64_t warmup_steps = 0;
    double learning_rate = 0; // after warm-up; then cosine to final_share of it
    double final_share = 0.05;
    double weight_decay = 0; // of matrices
    double beta1 = 0.9, beta2 = 0.95;
    double gradient_norm = 1;   // gradients are scaled down to it
    bool bf16_products = false; // matrix products of bfloat16 operands; parameters, norms, softmax,
                                // loss and updates stay float32
};

// Errors name the file and the key, of YAML the line too.
Result<TrainRecipe> read_train_recipe(const std::filesystem::path& path);

// Of `step` (0-based).
double learning_rate(const TrainRecipe& recipe, uint64_t step);

} // namespace fp4::quant
