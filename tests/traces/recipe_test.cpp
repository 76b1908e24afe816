#include "fp4/traces/recipe.hpp"

#include <gtest/gtest.h>

namespace fp4::traces {
namespace {

TEST(Recipes, EveryShippedOneIsRead) {
    const auto recipes = list_recipes(FP4_RECIPES);
    ASSERT_TRUE(recipes) << recipes.error().message;
    EXPECT_GE(recipes->size(), 2u);
    for (const auto& recipe : *recipes) EXPECT_FALSE(recipe.description.empty()) << recipe.name;
}

} // namespace
} // namespace fp4::traces
