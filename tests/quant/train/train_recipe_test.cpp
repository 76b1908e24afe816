#include "fp4/quant/train/train_recipe.hpp"

#include "test_files.hpp"

namespace fp4::quant {
namespace {

TEST(LearningRate, WarmUpThenCosine) {
    TrainRecipe recipe;
    recipe.steps = 10;
    recipe.warmup_steps = 4;
    recipe.learning_rate = 2;
    recipe.final_share = 0.1;
    const std::vector<double> wanted{0.5,          1,    1.5, 2,    2,
                                     1.8794228634, 1.55, 1.1, 0.65, 0.3205771366};
    for (size_t step = 0; step < wanted.size(); ++step)
        EXPECT_NEAR(learning_rate(recipe, step), wanted[step], 1e-10) << step;
    recipe.warmup_steps = 0;
    EXPECT_DOUBLE_EQ(learning_rate(recipe, 0), 2);
    EXPECT_NEAR(learning_rate(recipe, 5), 1.1, 1e-15);
}

TEST(TrainRecipe, OfRefLlama) {
    const auto recipe = read_train_recipe(FP4_REF_LLAMA);
    ASSERT_TRUE(recipe) << recipe.error().message;
    const auto& dims = recipe->model.dims;
    EXPECT_EQ(dims.architecture, "LlamaForCausalLM");
    EXPECT_EQ(dims.name, "ref-llama");
    EXPECT_EQ(dims.hidden_size, 256u);
    EXPECT_EQ(dims.intermediate_size, 768u);
    EXPECT_EQ(dims.num_hidden_layers, 4u);
    EXPECT_EQ(dims.num_attention_heads, 4u);
    EXPECT_EQ(dims.num_key_value_heads, 2u);
    EXPECT_EQ(dims.head_dim, 64u);
    EXPECT_EQ(recipe->model.vocab_size, 1024u);
    EXPECT_EQ(recipe->model.max_position_embeddings, 256u);
    EXPECT_EQ(recipe->model.rms_norm_eps, 1e-5);
    EXPECT_EQ(recipe->model.rope_theta, 10'000);
    EXPECT_TRUE(recipe->model.tie_word_embeddings);
    EXPECT_EQ(recipe->window_tokens, 256u);
    EXPECT_GT(recipe->steps, recipe->warmup_steps);
    EXPECT_EQ(recipe->beta1, 0.9);
    EXPECT_EQ(recipe->beta2, 0.95);
    EXPECT_TRUE(recipe->bf16_products);
}

TEST(TrainRecipe, Deviations) {
    const test::TempDir dir;
    const std::string good = test::read_file(FP4_REF_LLAMA);
    const auto expect = [&](const std::string& from, const std::string& to,
                            const std::string& message) {
        auto text = good;
        ASSERT_NE(text.find(from), text.npos) << from;
        const auto recipe =
            read_train_recipe(dir.write("r.yaml", text.replace(text.find(from), from.size(), to)));
        ASSERT_FALSE(recipe) << message;
        EXPECT_EQ(recipe.error().code, ErrorCode::bad_file);
        EXPECT_NE(recipe.error().message.find(message), std::string::npos)
            << recipe.error().message;
        EXPECT_EQ(recipe.error().message.find((dir / "r.yaml").string()), 0u)
            << recipe.error().message;
    };
    for (const std::string key :
         {"name", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
          "num_key_value_heads", "head_dim", "vocab_size", "rms_norm_eps", "rope_theta"})
        expect("  " + key + ":", "  x" + key + ":", "key model." + key + ": expected");
    for (const std::string key :
         {"seed", "steps", "batch_windows", "window_tokens", "warmup_steps", "learning_rate",
          "final_share", "weight_decay", "beta1", "beta2", "gradient_norm", "products"})
        expect("  " + key + ":", "  x" + key + ":", "key training." + key + ": expected");
    expect("products: bf16", "products: bf61",
           ": training.products: expected bf16 or f32, found 'bf61'");
    expect("beta1: 0.9\n", "beta1: 1\n", ": training.beta1, beta2: expected less than 1");
    expect("beta2: 0.95", "beta2: 1.5", ": training.beta1, beta2: expected less than 1");
    expect("num_key_value_heads: 2", "num_key_value_heads: 3",
           ": num_key_value_heads: expected a divisor of num_attention_heads (4), found 3");
    expect("head_dim: 64", "head_dim: 63", ": head_dim: expected an even number, found 63");
    const auto f32 = read_train_recipe(dir.write(
        "f32.yaml", std::string(good).replace(good.find("products: bf16"), 14, "products: f32")));
    ASSERT_TRUE(f32) << f32.error().message;
    EXPECT_FALSE(f32->bf16_products);
}

} // namespace
} // namespace fp4::quant
