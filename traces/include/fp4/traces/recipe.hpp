// Recipes: named traces as small YAML files, made into traces on demand.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fp4/traces/checkpoint.hpp"
#include "fp4/traces/trace.hpp"

namespace fp4::traces {

struct Recipe {
    std::string name;
    std::string description;
    uint64_t layer = 0;
    uint64_t tokens = 16;
    ModelConfig model;
};

// Reads one recipe. An unknown, missing or ill-typed key is an error that names file, line and key.
Result<Recipe> read_recipe(const std::filesystem::path& path);

// All *.yaml of a folder, by name.
Result<std::vector<Recipe>> list_recipes(const std::filesystem::path& folder);

} // namespace fp4::traces
