#include "fp4/quant/model/decoder_config.hpp"

#include "test_files.hpp"

namespace fp4::quant {
namespace {

constexpr std::string_view llama = // Llama-3.2-1B
    R"({"architectures":["LlamaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":128000,"eos_token_id":128001,"head_dim":64,
        "hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":8192,"max_position_embeddings":131072,"mlp_bias":false,
        "model_type":"llama","num_attention_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"pretraining_tp":1,"rms_norm_eps":1e-05,
        "rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"},
        "rope_theta":500000.0,"tie_word_embeddings":true,"torch_dtype":"bfloat16","use_cache":true,"vocab_size":128256})";

constexpr std::string_view qwen = // Qwen3-1.7B
    R"({"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,"head_dim":128,
        "hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":6144,"max_position_embeddings":40960,"max_window_layers":28,
        "model_type":"qwen3","num_attention_heads":16,"num_hidden_layers":28,"num_key_value_heads":8,"rms_norm_eps":1e-06,"rope_scaling":null,
        "rope_theta":1000000,"sliding_window":null,"tie_word_embeddings":true,"torch_dtype":"bfloat16","use_cache":true,"use_sliding_window":false,
        "vocab_size":151936})";

constexpr std::string_view qwen2 = // Qwen2.5-1.5B
    R"({"architectures":["Qwen2ForCausalLM"],"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151643,"hidden_act":"silu","hidden_size":1536,
        "initializer_range":0.02,"intermediate_size":8960,"max_position_embeddings":131072,"max_window_layers":28,"model_type":"qwen2",
        "num_attention_heads":12,"num_hidden_layers":28,"num_key_value_heads":2,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":131072,
        "tie_word_embeddings":true,"torch_dtype":"bfloat16","use_cache":true,"use_mrope":false,"use_sliding_window":false,"vocab_size":151936})";

constexpr std::string_view mistral = // Mistral-7B-v0.3
    R"({"architectures":["MistralForCausalLM"],"attention_dropout":0.0,"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,
        "initializer_range":0.02,"intermediate_size":14336,"max_position_embeddings":32768,"model_type":"mistral","num_attention_heads":32,
        "num_hidden_layers":32,"num_key_value_heads":8,"rms_norm_eps":1e-05,"rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false,
        "torch_dtype":"bfloat16","use_cache":true,"vocab_size":32768})";

constexpr std::string_view scaling =
    R"("rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"})";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    const auto at = out.find(from);
    EXPECT_NE(at, out.npos) << from;
    return out.replace(at, from.size(), to);
}

void expect_error(const std::string& text, const std::string& message) {
    const auto config = parse_decoder_config(text, "config.json");
    ASSERT_FALSE(config) << message;
    EXPECT_EQ(config.error().code, ErrorCode::bad_file);
    EXPECT_EQ(config.error().message, "config.json: " + message);
}

DecoderConfig parsed(const std::string& text) {
    const auto config = parse_decoder_config(text, "config.json");
    EXPECT_TRUE(config) << config.error().message;
    return config ? *config : DecoderConfig{};
}

TEST(DecoderConfig, Llama) {
    const auto config = parsed(std::string(llama));
    EXPECT_EQ(config.dims.head_dim, 64u);
    EXPECT_EQ(config.vocab_size, 128'256u);
    EXPECT_EQ(config.max_position_embeddings, 131'072u);
    EXPECT_EQ(config.rms_norm_eps, 1e-5);
    EXPECT_EQ(config.rope_theta, 500'000);
    ASSERT_TRUE(config.rope_scaling);
    EXPECT_EQ(config.rope_scaling->factor, 32);
    EXPECT_EQ(config.rope_scaling->low_freq_factor, 1);
    EXPECT_EQ(config.rope_scaling->high_freq_factor, 4);
    EXPECT_EQ(config.rope_scaling->original_max_position_embeddings, 8192u);
    EXPECT_TRUE(config.tie_word_embeddings);
    EXPECT_FALSE(config.dims.qk_norm);
}

TEST(DecoderConfig, Qwen3) {
    const auto config = parsed(std::string(qwen));
    EXPECT_EQ(config.dims.head_dim, 128u);
    EXPECT_EQ(config.vocab_size, 151'936u);
    EXPECT_EQ(config.max_position_embeddings, 40'960u);
    EXPECT_EQ(config.rms_norm_eps, 1e-6);
    EXPECT_EQ(config.rope_theta, 1'000'000);
    EXPECT_FALSE(config.rope_scaling);
    EXPECT_TRUE(config.tie_word_embeddings);
    EXPECT_TRUE(config.dims.qk_norm);
}

std::string biased(const DecoderConfig& config) {
    std::string out;
    for (const auto op : checkpoints::linear_ops)
        if (config.dims.has_bias(op)) out += std::string(name_of(op)) + " ";
    return out;
}

TEST(DecoderConfig, Qwen2) {
    const auto config = parsed(std::string(qwen2));
    EXPECT_EQ(config.dims.head_dim, 128u);
    EXPECT_TRUE(config.tie_word_embeddings);
    EXPECT_FALSE(config.dims.qk_norm);
    EXPECT_EQ(biased(config), "q k v ");
    EXPECT_FALSE(
        parsed(replaced(qwen2, R"("tie_word_embeddings":true)", R"("tie_word_embeddings":false)"))
            .tie_word_embeddings);
}

TEST(DecoderConfig, Mistral) {
    const auto config = parsed(std::string(mistral));
    EXPECT_EQ(config.dims.head_dim, 128u);
    EXPECT_FALSE(config.tie_word_embeddings);
    EXPECT_FALSE(config.dims.qk_norm);
    EXPECT_EQ(biased(config), "");
    const auto with = [](const char* window) {
        return replaced(mistral, R"("sliding_window":null,)", window);
    };
    parsed(with(R"("sliding_window":32768,)"));
    const std::string expected =
        "sliding_window: expected null or at least max_position_embeddings (32768), found ";
    expect_error(with(R"("sliding_window":4096,)"), expected + "4096");
    expect_error(with(R"("sliding_window":"x",)"), expected + "'x'");
    expect_error(with(""), expected + "no such key"); // 4096 in transformers
}

TEST(DecoderConfig, BiasFlags) {
    EXPECT_EQ(biased(parsed(std::string(llama))), "");
    EXPECT_EQ(
        biased(parsed(replaced(llama, R"("attention_bias":false)", R"("attention_bias":true)"))),
        "q k v o ");
    EXPECT_EQ(biased(parsed(replaced(llama, R"("mlp_bias":false)", R"("mlp_bias":true)"))),
              "gate up down ");
    EXPECT_EQ(
        biased(parsed(replaced(qwen, R"("attention_bias":false)", R"("attention_bias":true)"))),
        "q k v o ");
}

TEST(DecoderConfig, TwoSourcesForOneSettingAgree) {
    const std::string parameters =
        R"("rope_parameters":{"rope_theta":500000,"factor":32,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"})";
    const auto both = [&](std::string_view from, std::string_view to) {
        return replaced(replaced(llama, R"("use_cache":true)", parameters), from, to);
    };
    const auto config = parsed(both("vocab_size", "vocab_size"));
    EXPECT_EQ(config.rope_theta, 500'000);
    ASSERT_TRUE(config.rope_scaling);
    EXPECT_EQ(config.rope_scaling->factor, 32);
    const std::string same = ": expected them to say the same, found ",
                      keys = "rope_scaling and rope_parameters" + same;
    expect_error(both(R"("factor":32,)", R"("factor":8,)"), keys + "factor 32.0 and 8");
    expect_error(both(R"("factor":32,)", ""), keys + "factor 32.0 and no such key");
    expect_error(both(R"("factor":32.0,)", R"("factor":32.0,"beta":1,)"),
                 keys + "beta 1 and no such key");
    expect_error(both(R"("rope_type":"llama3"},)", R"("rope_type":"yarn"},)"),
                 keys + "rope_type 'yarn' and 'llama3'");
    expect_error(both(R"("rope_theta":500000,)", R"("rope_theta":10000,)"),
                 "rope_theta and rope_parameters.rope_theta" + same + "500000.0 and 10000");
    expect_error(both(R"("factor":32.0,)", R"("factor":32.0,"rope_theta":7,)"),
                 "rope_scaling.rope_theta and rope_parameters.rope_theta" + same + "7 and 500000");
    expect_error(both(R"("factor":32.0,)", R"("factor":32.0,"type":"linear",)"),
                 "rope_scaling.type and rope_scaling.rope_type" + same + "'linear' and 'llama3'");
    const auto yarn =
        replaced(replaced(llama, scaling, R"("rope_scaling":{"rope_type":"yarn","factor":4.0})"),
                 R"("use_cache":true)", R"("rope_parameters":{"rope_type":"default"})");
    expect_error(yarn, keys + "rope_type 'yarn' and 'default'");
}

TEST(DecoderConfig, Defaults) {
    EXPECT_FALSE(parsed(replaced(llama, R"("tie_word_embeddings":true,)", "")).tie_word_embeddings);
    EXPECT_FALSE(
        parsed(replaced(llama, R"("tie_word_embeddings":true)", R"("tie_word_embeddings":false)"))
            .tie_word_embeddings);
    EXPECT_EQ(parsed(replaced(llama, R"("rope_theta":500000.0,)", "")).rope_theta, 10'000);
    for (const char* key :
         {R"("hidden_act":"silu",)", R"("attention_bias":false,)", R"("mlp_bias":false,)"})
        parsed(replaced(llama, key, ""));
    EXPECT_FALSE(parsed(replaced(llama, std::string(scaling) + ",", "")).rope_scaling);
}

TEST(DecoderConfig, RopeParametersOfNewerFiles) {
    const auto with = [](const std::string& value) {
        return replaced(replaced(llama, scaling, R"("rope_parameters":)" + value),
                        R"("rope_theta":500000.0,)", "");
    };
    const auto scaled = parsed(with(
        R"({"rope_theta":250000.0,"rope_type":"llama3","factor":8.0,"low_freq_factor":2.0,"high_freq_factor":3.0,"original_max_position_embeddings":4096})"));
    EXPECT_EQ(scaled.rope_theta, 250'000);
    ASSERT_TRUE(scaled.rope_scaling);
    EXPECT_EQ(scaled.rope_scaling->factor, 8);
    EXPECT_EQ(scaled.rope_scaling->low_freq_factor, 2);
    EXPECT_EQ(scaled.rope_scaling->high_freq_factor, 3);
    EXPECT_EQ(scaled.rope_scaling->original_max_position_embeddings, 4096u);
    const auto plain = parsed(with(R"({"rope_theta":7.5,"rope_type":"default"})"));
    EXPECT_EQ(plain.rope_theta, 7.5);
    EXPECT_FALSE(plain.rope_scaling);
    expect_error(with(R"({"rope_theta":"1","rope_type":"default"})"),
                 "rope_parameters.rope_theta: expected a positive number, found '1'");
    expect_error(with(R"({"rope_type":"yarn"})"),
                 "rope_parameters.rope_type: expected 'llama3' or 'default', found 'yarn'");
    expect_error(with("[1]"), "rope_parameters: expected an object, found an array of 1");
}

TEST(DecoderConfig, WhatTheDimensionsReaderRefuses) {
    expect_error(replaced(llama, R"("hidden_size":2048,)", ""),
                 "hidden_size: expected an integer from 1 to 262144, found no such key");
    expect_error("7", "expected an object, found 7");
    expect_error(replaced(llama, "LlamaForCausalLM", "GemmaForCausalLM"),
                 "architectures: expected ['LlamaForCausalLM'], ['MistralForCausalLM'], "
                 "['Qwen2ForCausalLM'] or ['Qwen3ForCausalLM'], found 'GemmaForCausalLM'");
}

TEST(DecoderConfig, Numbers) {
    struct Key {
        const char* text;
        const char* name;
        const char* expected;
    };
    for (const auto& [text, name, expected] :
         {Key{R"("vocab_size":128256)", "vocab_size", "an integer from 1 to 16777216"},
          Key{R"("max_position_embeddings":131072)", "max_position_embeddings",
              "an integer from 1 to 2147483648"},
          Key{R"("original_max_position_embeddings":8192)", "original_max_position_embeddings",
              "an integer from 1 to 2147483648"}}) {
        const std::string key = name, where = (key.starts_with("original") ? "rope_scaling." : "") +
                                              key + ": expected " + expected + ", found ";
        for (const std::string bad : {"0", "-1", "1.5", "8192.0", "true", "2147483649"})
            expect_error(replaced(llama, text, "\"" + key + "\":" + bad), where + bad);
        expect_error(replaced(llama, text, "\"" + key + "\":\"8\""), where + "'8'");
        expect_error(replaced(llama, text, "\"" + key + "\":null"), where + "no such key");
        expect_error(replaced(llama, text, R"("renamed":1)"), where + "no such key");
    }
    for (const auto& [text, name, expected] :
         {Key{R"("rms_norm_eps":1e-05)", "rms_norm_eps", "required"},
          Key{R"("rope_theta":500000.0)", "rope_theta", "optional"},
          Key{R"("factor":32.0)", "factor", "required"},
          Key{R"("low_freq_factor":1.0)", "low_freq_factor", "required"},
          Key{R"("high_freq_factor":4.0)", "high_freq_factor", "required"}}) {
        const std::string key = name,
                          where = (key.find("factor") != key.npos ? "rope_scaling." : "") + key +
                                  ": expected a positive number, found ";
        for (const std::string bad : {"0", "-1", "true", "-0.5"})
            expect_error(replaced(llama, text, "\"" + key + "\":" + bad), where + bad);
        expect_error(replaced(llama, text, "\"" + key + "\":{}"), where + "an object");
        if (std::string(expected) == "required")
            expect_error(replaced(llama, text, R"("renamed":1)"), where + "no such key");
    }
    EXPECT_FALSE(parse_decoder_config(
        replaced(llama, R"("rms_norm_eps":1e-05)", R"("rms_norm_eps":1e999)"), "config.json"));
    expect_error(replaced(llama, R"("low_freq_factor":1.0)", R"("low_freq_factor":4.0)"),
                 "rope_scaling.high_freq_factor: expected more than low_freq_factor, found 4.0");
}

TEST(DecoderConfig, WhatIsNotComputedIsRefused) {
    expect_error(replaced(llama, R"("hidden_act":"silu")", R"("hidden_act":"gelu")"),
                 R"(hidden_act: expected "silu", found 'gelu')");
    expect_error(replaced(llama, R"("attention_bias":false)", R"("attention_bias":0)"),
                 "attention_bias: expected true or false, found 0");
    expect_error(replaced(llama, R"("mlp_bias":false)", R"("mlp_bias":"no")"),
                 "mlp_bias: expected true or false, found 'no'");
    expect_error(replaced(qwen, R"("use_cache":true)", R"("mlp_bias":true)"),
                 "mlp_bias: expected false, found true");
    expect_error(replaced(mistral, R"("use_cache":true)", R"("attention_bias":true)"),
                 "attention_bias: expected false, found true");
    expect_error(replaced(llama, R"("use_cache":true)", R"("partial_rotary_factor":0.5)"),
                 "partial_rotary_factor: expected 1.0, found 0.5");
    expect_error(replaced(qwen, R"("use_cache":true)", R"("layer_types":["full_attention","x"])"),
                 "layer_types: expected 'full_attention' of every layer, found an array of 2");
    parsed(replaced(qwen, R"("use_cache":true)", R"("layer_types":["full_attention"])"));
    expect_error(replaced(qwen, R"("use_sliding_window":false)", R"("use_sliding_window":true)"),
                 "use_sliding_window: expected false, found true");
    expect_error(replaced(llama, R"("tie_word_embeddings":true)", R"("tie_word_embeddings":1)"),
                 "tie_word_embeddings: expected true or false, found 1");
    expect_error(replaced(llama, R"("head_dim":64)", R"("head_dim":63)"),
                 "head_dim: expected an even number, found 63");
    const auto with = [](const std::string& value) {
        return replaced(llama, scaling, R"("rope_scaling":)" + value);
    };
    expect_error(with(R"({"rope_type":"linear","factor":2.0})"),
                 "rope_scaling.rope_type: expected 'llama3' or 'default', found 'linear'");
    expect_error(with(R"({"type":"dynamic","factor":2.0})"),
                 "rope_scaling.type: expected 'llama3' or 'default', found 'dynamic'");
    expect_error(with("{}"),
                 "rope_scaling.type: expected 'llama3' or 'default', found no such key");
    expect_error(with("32"), "rope_scaling: expected an object, found 32");
    EXPECT_FALSE(parsed(with(R"({"type":"default"})")).rope_scaling);
}

TEST(DecoderConfig, HeadDimWithoutItsKey) {
    const auto text = replaced(replaced(llama, R"("head_dim":64,)", ""), R"("hidden_size":2048)",
                               R"("hidden_size":2016)"); // 63 a head
    expect_error(text, "head_dim: expected an even number, found no such key");
}

TEST(DecoderConfig, OfAFolder) {
    const test::TempDir dir;
    std::filesystem::create_directory(dir / "my-model");
    const auto missing = read_decoder_config(dir / "my-model");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message,
              (dir / "my-model/config.json").string() + ": cannot open: No such file or directory");
    dir.write("my-model/config.json", llama);
    const auto config = read_decoder_config(dir / "my-model");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->dims.name, "my-model");
    EXPECT_EQ(config->vocab_size, 128'256u);
    dir.write("my-model/config.json",
              replaced(llama, R"("model_type")", R"("_name_or_path":"a/b","model_type")"));
    EXPECT_EQ(read_decoder_config(dir / "my-model")->dims.name, "a/b");
}

} // namespace
} // namespace fp4::quant
