#include "fp4/traces/recipe.hpp"

#include <algorithm>

#include "fp4/io/strict_yaml.hpp"
#include "fp4/io/message.hpp"
#include "fp4/try.hpp"

namespace fp4::traces {

Result<Recipe> read_recipe(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(auto yaml, io::StrictYaml::open(path));
    Recipe recipe{.name = path.stem().string(), .description = {}, .model = {}};
    recipe.description = yaml.text("description");
    recipe.tokens = yaml.integer("tokens", 1, 1 << 20, recipe.tokens);
    constexpr uint64_t largest = 1 << 20;
    if (yaml.has("uniform")) {
        yaml.map("uniform", [&](io::StrictYaml& ops) {
            for (const std::string& name : ops.keys())
                ops.map(name, [&](io::StrictYaml& op) {
                    const uint64_t n = op.integer("n", 1, largest),
                                   k = op.integer("k", 16, largest);
                    recipe.uniform_ops.push_back(
                        {name, n, k, op.integer("zero_blocks", 0, largest, 0)});
                });
        });
        FP4_TRY(yaml.finish());
        if (recipe.uniform_ops.empty())
            return Error{ErrorCode::bad_file,
                         io::printable_path(path) + ": key uniform: expected at least one op"};
        return recipe;
    }
    const bool shipped = yaml.has("checkpoint");
    if (yaml.has("layer") || !shipped) recipe.layer = yaml.integer("layer", 0, 100'000);
    if (shipped) {
        recipe.checkpoint = yaml.text("checkpoint");
        FP4_TRY(yaml.finish());
        if (recipe.checkpoint.find('/') != std::string::npos || recipe.checkpoint.starts_with('.'))
            return Error{ErrorCode::bad_file,
                         io::printable_path(path) +
                             ": key checkpoint: expected the name of a folder, found " +
                             io::in_quotes(recipe.checkpoint)};
        return recipe;
    }
    yaml.map("model", [&](io::StrictYaml& model) {
        recipe.model.name = model.text("name");
        recipe.model.architecture = model.text("architecture");
        recipe.model.hidden_size = model.integer("hidden_size", 1, largest);
        recipe.model.intermediate_size = model.integer("intermediate_size", 1, largest);
        recipe.model.num_hidden_layers = model.integer("num_hidden_layers", 1, largest);
        recipe.model.num_attention_heads = model.integer("num_attention_heads", 1, largest);
        recipe.model.num_key_value_heads = model.integer("num_key_value_heads", 1, largest);
        recipe.model.head_dim = model.integer("head_dim", 1, largest);
    });
    FP4_TRY(yaml.finish());
    return recipe;
}

Result<std::vector<Recipe>> list_recipes(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
    if (error)
        return Error{ErrorCode::bad_file, io::printable_path(folder) +
                                              ": expected a folder of recipes: " + error.message()};
    std::ranges::sort(paths);
    std::vector<Recipe> recipes;
    for (const auto& path : paths) {
        FP4_TRY_ASSIGN(auto recipe, read_recipe(path));
        recipes.push_back(std::move(recipe));
    }
    return recipes;
}

} // namespace fp4::traces
