// Recipes: named traces as small YAML files, made into traces on demand.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fp4/checkpoints/checkpoint.hpp"
#include "fp4/traces/trace.hpp"

namespace fp4::traces {

// A product of the recipe's tokens with an n x k matrix.
struct RecipeOp {
    std::string name;
    uint64_t n, k;
    uint64_t zero_blocks = 0; // one block of codes in so many is zeros; 0: none
};

struct Recipe {
    std::string name;
    std::string description;
    uint64_t tokens = 16;
    // Either the linears of one layer of a model, with the statistics of one ...
    std::optional<uint64_t> layer{}; // none: all of a shipped model's
    checkpoints::ModelConfig model;
    // ... or of a model that is shipped, with its weights and captured activations: its folder
    // beside those of other models ...
    std::string checkpoint;
    // ... or ops of uniformly random bits; empty for a layer.
    std::vector<RecipeOp> uniform_ops;
};

// Reads one recipe. An unknown, missing or ill-typed key is an error that names file, line and key.
Result<Recipe> read_recipe(const std::filesystem::path& path);

// All *.yaml of a folder, by name.
Result<std::vector<Recipe>> list_recipes(const std::filesystem::path& folder);

} // namespace fp4::traces
