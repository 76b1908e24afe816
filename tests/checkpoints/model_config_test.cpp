#include "fp4/checkpoints/model_config.hpp"

#include <gtest/gtest.h>

#include "fp4/checkpoints/linears.hpp"

namespace fp4::checkpoints {
namespace {

constexpr std::string_view llama = // Llama-3.2-1B
    R"({"architectures":["LlamaForCausalLM"],"attention_bias":false,"eos_token_id":[128001,128008],"head_dim":64,"hidden_size":2048,
        "intermediate_size":8192,"num_attention_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"rms_norm_eps":1e-05,
        "rope_scaling":{"factor":32.0,"rope_type":"llama3"},"tie_word_embeddings":true,"vocab_size":128256})";

constexpr std::string_view qwen = // Qwen3-4B: heads * head_dim differs from hidden_size
    R"({"architectures":["Qwen3ForCausalLM"],"_name_or_path":"Qwen/Qwen3-4B","head_dim":128,"hidden_size":2560,"intermediate_size":9728,
        "num_attention_heads":32,"num_hidden_layers":36,"num_key_value_heads":8,"sliding_window":null})";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    const auto at = out.find(from);
    EXPECT_NE(at, out.npos) << from;
    return out.replace(at, from.size(), to);
}

void expect_error(const std::string& text, const std::string& message) {
    const auto config = parse_model_config(text, "config.json");
    ASSERT_FALSE(config) << message;
    EXPECT_EQ(config.error().code, ErrorCode::bad_file);
    EXPECT_EQ(config.error().message, "config.json: " + message);
}

TEST(ModelConfig, Llama) {
    const auto config = parse_model_config(llama, "config.json");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->architecture, "LlamaForCausalLM");
    EXPECT_EQ(config->name, "");
    EXPECT_EQ(config->hidden_size, 2048u);
    EXPECT_EQ(config->intermediate_size, 8192u);
    EXPECT_EQ(config->num_hidden_layers, 16u);
    EXPECT_EQ(config->num_attention_heads, 32u);
    EXPECT_EQ(config->num_key_value_heads, 8u);
    EXPECT_EQ(config->head_dim, 64u);
}

TEST(ModelConfig, Qwen3HeadDimIsItsOwnKey) {
    const auto config = parse_model_config(qwen, "config.json");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->architecture, "Qwen3ForCausalLM");
    EXPECT_EQ(config->name, "Qwen/Qwen3-4B");
    EXPECT_EQ(config->head_dim, 128u);
}

TEST(ModelConfig, Defaults) {
    for (const char* absent : {"", R"("head_dim":null,)"}) {
        const auto config =
            parse_model_config(replaced(llama, R"("head_dim":64,)", absent), "config.json");
        ASSERT_TRUE(config) << config.error().message;
        EXPECT_EQ(config->head_dim, 64u);
    }
    for (const char* absent : {"", R"("num_key_value_heads":null,)"}) {
        const auto config = parse_model_config(
            replaced(llama, R"("num_key_value_heads":8,)", absent), "config.json");
        ASSERT_TRUE(config) << config.error().message;
        EXPECT_EQ(config->num_key_value_heads, 32u);
    }
}

TEST(ModelConfig, LocalPathsAreNotKept) {
    for (const auto* path :
         {"/home/someone/my-model", "./run/my-model/", "../my-model", "~/my-model"}) {
        const auto config =
            parse_model_config(replaced(qwen, "Qwen/Qwen3-4B", path), "config.json");
        ASSERT_TRUE(config);
        EXPECT_EQ(config->name, "my-model") << path;
    }
    for (const auto* path : {"", "/", ".", "../..", "~"}) {
        const auto config =
            parse_model_config(replaced(qwen, "Qwen/Qwen3-4B", path), "config.json");
        ASSERT_TRUE(config);
        EXPECT_EQ(config->name, "") << path;
    }
}

TEST(ModelConfig, Dimensions) {
    struct Key {
        const char* text; // the key and its value in `llama`
        const char* key;
        const char* limit;
        bool optional;
    };
    for (const auto& [text, key, limit, optional] : {
             Key{R"("hidden_size":2048)", "hidden_size", "262144", false},
             Key{R"("intermediate_size":8192)", "intermediate_size", "1048576", false},
             Key{R"("num_hidden_layers":16)", "num_hidden_layers", "4096", false},
             Key{R"("num_attention_heads":32)", "num_attention_heads", "4096", false},
             Key{R"("num_key_value_heads":8)", "num_key_value_heads", "4096", true},
             Key{R"("head_dim":64)", "head_dim", "4096", true},
         }) {
        const std::string name = key,
                          expected = name + ": expected an integer from 1 to " + limit + ", found ";
        const auto with = [&](const std::string& value) {
            return replaced(llama, text, "\"" + name + "\":" + value);
        };
        for (const std::string value :
             {"0", "-1", "1.5", "64.0", "true", "1048577", "18446744073709551615"})
            expect_error(with(value), expected + value);
        expect_error(with("\"64\""), expected + "'64'");
        expect_error(with("[64]"), expected + "an array of 1");
        expect_error(with("{}"), expected + "an object");
        if (!optional) {
            expect_error(with("null"), expected + "null");
            expect_error(replaced(llama, text, "\"renamed\":1"), expected + "no such key");
        }
    }
}

TEST(ModelConfig, Inconsistent) {
    expect_error(replaced(llama, R"("num_key_value_heads":8)", R"("num_key_value_heads":5)"),
                 "num_key_value_heads: expected a divisor of num_attention_heads (32), found 5");
    expect_error(replaced(llama, R"("num_key_value_heads":8)", R"("num_key_value_heads":64)"),
                 "num_key_value_heads: expected a divisor of num_attention_heads (32), found 64");
    expect_error(replaced(replaced(llama, R"("head_dim":64,)", ""), R"("hidden_size":2048)",
                          R"("hidden_size":2050)"),
                 "hidden_size: expected a multiple of num_attention_heads (32) where there is no "
                 "head_dim, found 2050");
}

TEST(ModelConfig, Architecture) {
    const std::string expected =
        "architectures: expected ['LlamaForCausalLM'] or ['Qwen3ForCausalLM'], found ";
    const auto with = [](const std::string& value) {
        return replaced(llama, R"(["LlamaForCausalLM"])", value);
    };
    expect_error(with(R"(["MistralForCausalLM"])"), expected + "'MistralForCausalLM'");
    expect_error(with(R"(["LlamaForCausalLM","Qwen3ForCausalLM"])"), expected + "an array of 2");
    expect_error(with("[]"), expected + "an array of 0");
    expect_error(with("[7]"), expected + "7");
    expect_error(with(R"("LlamaForCausalLM")"), expected + "'LlamaForCausalLM'");
    expect_error("{}", expected + "no such key");
}

TEST(ModelConfig, Malformed) {
    expect_error("7", "expected an object, found 7");
    expect_error(R"({"hidden_size":1,"hidden_size":2})",
                 "byte 29: key 'hidden_size': expected each key once, found a duplicate");
    expect_error(replaced(qwen, R"("Qwen/Qwen3-4B")", "7"),
                 "_name_or_path: expected a string, found 7");
    const auto syntax = parse_model_config("{\"a\x1b\":1}", "config.json");
    ASSERT_FALSE(syntax);
    EXPECT_TRUE(
        syntax.error().message.starts_with("config.json: byte 3: expected valid JSON, found "))
        << syntax.error().message;
    EXPECT_EQ(syntax.error().message.find('\x1b'), std::string::npos);
}

void expect_linears(std::string_view text,
                    const std::vector<std::pair<uint64_t, uint64_t>>& shapes) {
    const auto config = parse_model_config(text, "config.json");
    ASSERT_TRUE(config);
    const std::vector<std::string> ops{"q", "k", "v", "o", "gate", "up", "down"};
    const auto linears = layer_linears(*config, 3);
    ASSERT_EQ(linears.size(), ops.size());
    for (size_t i = 0; i < ops.size(); ++i) {
        EXPECT_EQ(name_of(linears[i].op), ops[i]);
        EXPECT_EQ(linears[i].weight(), "model.layers.3." +
                                         std::string(i < 4 ? "self_attn." : "mlp.") + ops[i] +
                                         "_proj.weight");
        EXPECT_EQ(std::pair(linears[i].n, linears[i].k), shapes[i]) << ops[i];
    }
}

TEST(LayerLinears, Shapes) {
    expect_linears(llama, {{2048, 2048},
                           {512, 2048},
                           {512, 2048},
                           {2048, 2048},
                           {8192, 2048},
                           {8192, 2048},
                           {2048, 8192}});
    expect_linears(qwen, {{4096, 2560},
                          {1024, 2560},
                          {1024, 2560},
                          {2560, 4096},
                          {9728, 2560},
                          {9728, 2560},
                          {2560, 9728}});
}

TEST(LayerLinears, QuantizedParametersOfTheModel) {
    const auto config = parse_model_config(llama, "config.json");
    ASSERT_TRUE(config);
    uint64_t parameters = 0;
    for (uint64_t layer = 0; layer < 16; ++layer)
        for (const auto& linear : layer_linears(*config, layer)) parameters += linear.n * linear.k;
    EXPECT_EQ(parameters, 973'078'528u);
}

TEST(LayerLinears, NoSuchLayer) {
    const auto config = parse_model_config(llama, "config.json");
    ASSERT_TRUE(config);
    EXPECT_EQ(layer_linears(*config, 15).size(), 7u);
    EXPECT_TRUE(layer_linears(*config, 16).empty());
}

TEST(LayerLinears, ModuleNamesAreReadBack) {
    for (const auto& spec : linear_op_specs) {
        const auto place = place_of_module(module_name(12, spec.op));
        ASSERT_TRUE(place) << spec.name;
        EXPECT_EQ(place->layer, 12u);
        EXPECT_EQ(place->op, spec.op);
        EXPECT_EQ(linear_op_from_name(spec.name), spec.op);
    }
    for (const char* other : {"lm_head", "model.layers.1.mlp", "model.layers..mlp.up_proj",
                              "model.layers.x.mlp.up_proj", "model.layers.1.mlp.up_proj.weight"})
        EXPECT_FALSE(place_of_module(other)) << other;
}

TEST(LayerLinears, GroupsShareTheirInput) {
    for (const LinearGroup group : linear_groups)
        for (const LinearOp op : members(group)) {
            EXPECT_EQ(spec_of(op).group, group);
            EXPECT_EQ(spec_of(op).inputs, spec_of(members(group).front()).inputs);
        }
}

} // namespace
} // namespace fp4::checkpoints
