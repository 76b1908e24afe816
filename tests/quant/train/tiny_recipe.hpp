// A model that trains in milliseconds.
#pragma once
#include <vector>

#include "fp4/quant/train/train_recipe.hpp"

namespace fp4::test {

inline quant::TrainRecipe tiny_recipe() {
    quant::TrainRecipe recipe;
    recipe.model.dims = {"LlamaForCausalLM", "tiny", 16, 24, 2, 2, 1, 8};
    recipe.model.vocab_size = 11;
    recipe.model.max_position_embeddings = recipe.window_tokens = 6;
    recipe.seed = 5;
    recipe.steps = 40;
    recipe.batch_windows = 3;
    recipe.warmup_steps = 2;
    recipe.learning_rate = 0.01;
    recipe.weight_decay = 0.1;
    return recipe;
}

// 0 1 2 .. 10 0 1 ..: each token tells the next.
inline std::vector<int32_t> counting_stream() {
    std::vector<int32_t> stream;
    for (int32_t i = 0; i < 100; ++i) stream.push_back(i % 11);
    return stream;
}

} // namespace fp4::test
