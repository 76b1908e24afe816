#include "fp4/quant/train/train_recipe.hpp"

#include <cmath>
#include <numbers>

#include "fp4/quant/train/save_checkpoint.hpp"
#include "fp4/io/message.hpp"
#include "fp4/io/strict_yaml.hpp"
#include "fp4/try.hpp"

namespace fp4::quant {

Result<TrainRecipe> read_train_recipe(const std::filesystem::path& path) {
    FP4_TRY_ASSIGN(auto yaml, io::StrictYaml::open(path));
    constexpr uint64_t largest = 1 << 20;
    TrainRecipe recipe;
    std::string products;
    yaml.map("model", [&](io::StrictYaml& model) {
        auto& dims = recipe.model.dims;
        dims.architecture = "LlamaForCausalLM";
        dims.name = model.text("name");
        dims.hidden_size = model.integer("hidden_size", 1, largest);
        dims.intermediate_size = model.integer("intermediate_size", 1, largest);
        dims.num_hidden_layers = model.integer("num_hidden_layers", 1, largest);
        dims.num_attention_heads = model.integer("num_attention_heads", 1, largest);
        dims.num_key_value_heads = model.integer("num_key_value_heads", 1, largest);
        dims.head_dim = model.integer("head_dim", 2, largest);
        recipe.model.vocab_size = model.integer("vocab_size", 2, largest);
        recipe.model.rms_norm_eps = model.positive("rms_norm_eps");
        recipe.model.rope_theta = model.positive("rope_theta");
    });
    yaml.map("training", [&](io::StrictYaml& training) {
        recipe.seed = training.integer("seed", 0, largest);
        recipe.steps = training.integer("steps", 1, largest);
        recipe.batch_windows = training.integer("batch_windows", 1, largest);
        recipe.window_tokens = training.integer("window_tokens", 2, largest);
        recipe.warmup_steps = training.integer("warmup_steps", 0, largest);
        recipe.learning_rate = training.positive("learning_rate");
        recipe.final_share = training.positive("final_share");
        recipe.weight_decay = training.positive("weight_decay");
        recipe.beta1 = training.positive("beta1");
        recipe.beta2 = training.positive("beta2");
        recipe.gradient_norm = training.positive("gradient_norm");
        products = training.text("products");
    });
    FP4_TRY(yaml.finish());
    recipe.bf16_products = products == "bf16";
    recipe.model.max_position_embeddings = recipe.window_tokens;
    const auto file = io::printable_path(path);
    if (products != "bf16" && products != "f32")
        return Error{ErrorCode::bad_file, file +
                                              ": training.products: expected bf16 or f32, found " +
                                              io::in_quotes(products)};
    if (recipe.beta1 >= 1 || recipe.beta2 >= 1)
        return Error{ErrorCode::bad_file, file + ": training.beta1, beta2: expected less than 1"};
    // Dimensions that a reader of the trained model would refuse.
    FP4_TRY(parse_decoder_config(config_json(recipe.model), path.native()));
    return recipe;
}

double learning_rate(const TrainRecipe& recipe, uint64_t step) {
    if (step < recipe.warmup_steps)
        return recipe.learning_rate * static_cast<double>(step + 1) /
               static_cast<double>(recipe.warmup_steps);
    const double done = static_cast<double>(step - recipe.warmup_steps) /
                        static_cast<double>(recipe.steps - recipe.warmup_steps);
    return recipe.learning_rate *
           (recipe.final_share +
            (1 - recipe.final_share) * 0.5 * (1 + std::cos(std::numbers::pi * done)));
}

} // namespace fp4::quant
