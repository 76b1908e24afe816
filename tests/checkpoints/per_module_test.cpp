// Quantization is said and read module by module: groups with targets, exceptions, mixed schemes.
#include "tiny_model.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

#include "fp4/checkpoints/compare.hpp"

namespace fp4::checkpoints {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* group_0 = "/quantization_config/config_groups/group_0";

class PerModule : public TinyModel {
  protected:
    void change_config(const std::function<void(Json&)>& change) {
        auto json = Json::parse(test::read_file(out / "config.json"));
        change(json);
        write_text(out / "config.json", json.dump());
    }
    void set_targets(const Json& targets) {
        change_config([&](Json& json) { json[Json::json_pointer(group_0)]["targets"] = targets; });
    }

    // Linears whose names contain `part` become FP8, as both methods store it.
    void make_fp8(const std::string& part) {
        auto tensors = read_tensors(out / "model.safetensors");
        for (const auto& linear : model_linears(open(source).model())) {
            if (linear.name.find(part) == std::string::npos) continue;
            for (const auto* name :
                 {".weight_packed", ".weight_scale", ".weight_global_scale", ".input_global_scale",
                  ".weight", ".weight_scale_2", ".input_scale"})
                tensors.erase(linear.name + name);
            tensors[linear.name + ".weight"] = {io::Dtype::f8_e4m3,
                                                {linear.rows, linear.k},
                                                std::string(linear.rows * linear.k, '\x38')};
            tensors[linear.name + ".weight_scale"] = {
                io::Dtype::bf16, {linear.rows, 1}, std::string(linear.rows * 2, '\x3C')};
        }
        write_tensors(out / "model.safetensors", tensors);
    }

    // A source of which only linears whose names contain `part` are quantized.
    EncodedModel partly(const std::string& part, Encoder encoder) {
        std::set<std::string> left_out;
        for (const auto& linear : model_linears(open(source).model()))
            if (linear.name.find(part) == std::string::npos) left_out.insert(linear.name);
        auto model = EncodedModel::create(open(source), {.encoder = encoder}, left_out);
        if (!model) throw std::runtime_error(model.error().message);
        return std::move(*model);
    }

    std::string refusal(const ReadOptions& options = {}) {
        const auto opened = QuantizedCheckpoint::open(out, options);
        return opened ? "" : opened.error().message;
    }
};

TEST_F(PerModule, TargetsOfEveryKind) {
    auto model = partly("mlp", Encoder::ct);
    ASSERT_TRUE(write_checkpoint(Layout::compressed_tensors, model, out));
    Json names = Json::array();
    for (const auto& linear : model.linears()) names.push_back(linear.name);
    for (const Json& targets :
         {Json{"re:.*mlp\\.(gate|up|down)_proj$"}, Json{"re:model\\.layers\\.\\d+\\.mlp\\."},
          Json{"re:(?P<all>.*)mlp"}, Json{"re:(?i)MODEL.*MLP"}, names,
          Json{"re:.*layers.0.mlp", "re:.*layers.1.mlp"}}) {
        change_config([&](Json& json) {
            json["quantization_config"]["ignore"] = {"lm_head"};
            json[Json::json_pointer(group_0)]["targets"] = targets;
        });
        const auto opened = open(out);
        EXPECT_EQ(opened.linears().size(), 6u) << targets;
        EXPECT_TRUE(opened.warnings().empty());
        EXPECT_EQ(opened.plain_tensors().size(), 6u + 8u);
    }
    set_targets({"re:.*mlp.up_proj"}); // gate and down are quantized though
    EXPECT_NE(refusal().find("expected it not quantized, as the configuration says"),
              std::string::npos);
    set_targets({"re:.*(mlp|self_attn)"});
    EXPECT_NE(refusal().find("self_attn.q_proj': expected it quantized, or named as left out"),
              std::string::npos)
        << refusal();
    change_config(
        [&](Json& json) { json["quantization_config"]["ignore"] = {"re:.*self_attn.*"}; });
    EXPECT_EQ(refusal(), "");
}

TEST_F(PerModule, ExpressionsOfStrangersEndInTime) {
    write(Layout::compressed_tensors, Encoder::ct, out);
    const auto repeated = [](const std::string& text, int count) {
        std::string all;
        for (int i = 0; i < count; ++i) all += text;
        return all;
    };
    const auto with = [&](const std::string& expression) {
        change_config([&](Json& json) {
            json["quantization_config"]["ignore"] = {"lm_head", "re:" + expression};
        });
        return refusal();
    };
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& expression :
         {std::string("(a*)*b"), std::string("(.*)*(.*)*(.*)*x$"), repeated("(.+)+", 100) + "!",
          repeated("(m?)*", 200) + "!", repeated("(?!.*x)", 20) + "!"})
        EXPECT_EQ(with(expression), "") << expression;
    for (const auto& expression :
         {std::string("("), std::string("*"), std::string("[z-a]"), std::string("(.)\\1"),
          std::string("(?<=x)y"), std::string("m{4000}"), std::string("(((.{0,40}){0,40}){0,40})"),
          repeated("(", 500) + repeated(")", 500), repeated("(?=.*", 20) + repeated(")", 20),
          repeated(".?", 2000), std::string("a{99999999999999999999}")})
        EXPECT_NE(with(expression).find("quantization_config.ignore: expected "), std::string::npos)
            << expression;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST_F(PerModule, WeightsOnlyGroupBesideOneWithInputs) {
    auto model = encoded(Encoder::ct);
    ChangedModel with_inputs(model, true, [](QuantizedLinear& linear) { add_inputs(linear); });
    ASSERT_TRUE(write_checkpoint(Layout::compressed_tensors, with_inputs, out));
    auto tensors = read_tensors(out / "model.safetensors");
    std::erase_if(tensors, [](const auto& item) {
        return item.first.find("mlp") != std::string::npos &&
               item.first.ends_with(".input_global_scale");
    });
    write_tensors(out / "model.safetensors", tensors);
    change_config([](Json& json) {
        auto& groups = json["quantization_config"]["config_groups"];
        groups["group_1"] = groups["group_0"];
        groups["group_1"]["targets"] = {"re:.*mlp.*"}; // wins over the class name
        groups["group_1"]["input_activations"] = nullptr;
    });
    auto mixed = open(out);
    EXPECT_TRUE(mixed.warnings().empty());
    for (size_t i = 0; i < 14; ++i) {
        const bool inputs = mixed.linears()[i].name.find("self_attn") != std::string::npos;
        EXPECT_EQ(mixed.linear(i)->activations.has_value(), inputs) << i;
        EXPECT_EQ(mixed.linears()[i].has_input_scale, inputs) << i;
    }
    for (const auto layout : {Layout::compressed_tensors, Layout::modelopt}) {
        const auto folder = dir / spec_of(layout).name;
        const auto report = write_checkpoint(layout, mixed, folder);
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_TRUE(report->warnings.empty());
        auto again = open(folder);
        for (size_t i = 0; i < 14; ++i) EXPECT_EQ(again.activations(i), mixed.activations(i)) << i;
        if (layout == Layout::compressed_tensors) {
            EXPECT_TRUE(compare_models(mixed, again)->equal());
        }
    }
    EXPECT_EQ(Json::parse(test::read_file(
                  dir / "modelopt/hf_quant_config.json"))["quantization"]["quant_algo"],
              "MIXED_PRECISION");
    for (const char* file : {"config.json", "hf_quant_config.json"}) { // each says it alone too
        std::filesystem::remove_all(out);
        std::filesystem::copy(dir / "modelopt", out);
        if (file == std::string("config.json"))
            std::filesystem::remove(out / "hf_quant_config.json");
        else
            write_text(out / "config.json", tiny_config);
        EXPECT_EQ(open(out).activations(4), std::nullopt);
        EXPECT_EQ(open(out).activations(0), Format::nvfp4);
    }
}

TEST_F(PerModule, ForeignGroupsAreLeftAlone) {
    write(Layout::compressed_tensors, Encoder::ct, out, Format::nvfp4);
    make_fp8("self_attn");
    EXPECT_NE(refusal(), ""); // no group says so yet
    change_config([](Json& json) {
        auto& config = json["quantization_config"];
        config["format"] = "mixed-precision";
        auto group = config["config_groups"]["group_0"];
        config["config_groups"]["group_0"]["targets"] = {"re:.*mlp.*"};
        group["format"] = "float-quantized";
        group["targets"] = {"re:.*self_attn.*"};
        group["weights"] = {{"num_bits", 8}, {"type", "float"}, {"strategy", "channel"}};
        group["input_activations"] = nullptr;
        config["config_groups"]["group_1"] = group;
    });
    auto mixed = open(out);
    EXPECT_EQ(mixed.linears().size(), 6u);
    ASSERT_EQ(mixed.foreign().size(), 8u);
    EXPECT_EQ(mixed.foreign()[0].name, "model.layers.0.self_attn.k_proj");
    EXPECT_EQ(mixed.foreign()[0].scheme, "float-quantized, 8-bit float");
    EXPECT_EQ(mixed.foreign()[0].tensors.size(), 2u);
    ASSERT_EQ(mixed.warnings().size(), 1u);
    test::expect_message(mixed.warnings()[0], out.string() +
                                                  ": 8 modules in a scheme that is not read "
                                                  "(float-quantized, 8-bit float) are left alone: "
                                                  "'model.layers.0.self_attn.k_proj', ");
    EXPECT_TRUE(mixed.warnings()[0].ends_with(" and 4 more"));
    EXPECT_TRUE(mixed.check());
    const auto converted = convert_checkpoint(out, Layout::modelopt, dir / "converted");
    ASSERT_FALSE(converted);
    EXPECT_EQ(converted.error().message,
              out.string() + ": module 'model.layers.0.self_attn.k_proj': expected a scheme that "
                             "can be converted, found float-quantized, 8-bit float, which is not "
                             "read");
    auto same = open(out);
    EXPECT_TRUE(compare_models(mixed, same)->equal());
}

TEST_F(PerModule, MixedPrecisionOfModelOpt) {
    write(Layout::modelopt, Encoder::modelopt, out, Format::nvfp4);
    make_fp8("self_attn");
    Json layers;
    for (const auto& linear : model_linears(open(source).model()))
        layers[linear.name] = linear.name.find("mlp") != std::string::npos
                                  ? Json{{"quant_algo", "NVFP4"}, {"group_size", 16}}
                                  : Json{{"quant_algo", "FP8"}};
    Json file;
    file["quantization"] = {{"quant_algo", "MIXED_PRECISION"},
                            {"kv_cache_quant_algo", "FP8"},
                            {"quantized_layers", layers},
                            {"exclude_modules", {"lm_head", "*router*"}}};
    write_text(out / "hf_quant_config.json", file.dump());
    write_text(out / "config.json", tiny_config);
    const auto mixed = open(out);
    EXPECT_EQ(mixed.linears().size(), 6u);
    ASSERT_EQ(mixed.foreign().size(), 8u);
    EXPECT_EQ(mixed.foreign()[0].scheme, "quant_algo FP8");
    ASSERT_EQ(mixed.warnings().size(), 2u);
    EXPECT_EQ(mixed.warnings()[1], out.string() + ": the KV cache's quantization (FP8) and its no "
                                                  "scales are left alone");
    layers["model.layers.0.mlp.up_proj"]["group_size"] = 32;
    file["quantization"]["quantized_layers"] = layers;
    write_text(out / "hf_quant_config.json", file.dump());
    EXPECT_NE(refusal().find("quantized_layers.model.layers.0.mlp.up_proj.group_size: expected 16"),
              std::string::npos)
        << refusal();
}

TEST_F(PerModule, KvCacheScales) {
    const auto with_scales = [&](const char* k, const char* v) {
        auto tensors = read_tensors(out / "model.safetensors");
        for (const std::string layer : {"0", "1"})
            for (const char* name : {k, v})
                tensors["model.layers." + layer + ".self_attn." + name] = {
                    io::Dtype::f32, {}, std::string("\0\0\0\x3D", 4)};
        write_tensors(out / "model.safetensors", tensors);
    };
    write(Layout::modelopt, Encoder::modelopt, out, Format::nvfp4);
    with_scales("k_proj.k_scale", "v_proj.v_scale");
    auto own = Json::parse(test::read_file(out / "hf_quant_config.json"));
    own["quantization"]["kv_cache_quant_algo"] = "FP8";
    write_text(out / "hf_quant_config.json", own.dump());
    change_config([](Json& json) {
        json["quantization_config"]["kv_cache_scheme"] = {{"num_bits", 8}, {"type", "float"}};
    });
    const auto modelopt = open(out);
    EXPECT_EQ(modelopt.kv_cache_scales().size(), 4u);
    ASSERT_EQ(modelopt.warnings().size(), 1u);
    test::expect_message(modelopt.warnings()[0],
                         out.string() + ": the KV cache's quantization (FP8) and its 4 scales "
                                        "('model.layers.0.self_attn.k_proj.k_scale', ");
    const auto report = convert_checkpoint(out, Layout::compressed_tensors, dir / "converted");
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->warnings.size(), 1u);
    EXPECT_TRUE(report->warnings[0].ends_with(" are not written"));
    EXPECT_TRUE(open(dir / "converted").kv_cache_scales().empty());

    std::filesystem::remove_all(out);
    write(Layout::compressed_tensors, Encoder::ct, out, Format::nvfp4);
    with_scales("k_scale", "v_scale");
    change_config([](Json& json) {
        json["quantization_config"]["kv_cache_scheme"] = {{"num_bits", 8}, {"type", "float"}};
    });
    const auto compressed = open(out);
    EXPECT_EQ(compressed.kv_cache_scales().size(), 4u);
    ASSERT_EQ(compressed.warnings().size(), 1u);
    EXPECT_NE(compressed.warnings()[0].find("(8-bit float)"), std::string::npos);

    // The KV cache alone: the weights are plain.
    write_text(source / "hf_quant_config.json",
               R"({"quantization":{"quant_algo":null,"kv_cache_quant_algo":"FP8"}})");
    EXPECT_EQ(open(source).layout(), Layout::plain);
    EXPECT_EQ(open(source).warnings().size(), 1u);
}

TEST_F(PerModule, BothFilesOfModelOptAgree) {
    auto model = partly("mlp", Encoder::modelopt);
    ASSERT_TRUE(write_checkpoint(Layout::modelopt, model, out));
    EXPECT_EQ(refusal(), "");
    const auto set = [&](const Json& ignore, const Json& excluded) {
        change_config([&](Json& json) { json["quantization_config"]["ignore"] = ignore; });
        auto own = Json::parse(test::read_file(out / "hf_quant_config.json"));
        own["quantization"]["exclude_modules"] = excluded;
        write_text(out / "hf_quant_config.json", own.dump());
        return refusal();
    };
    const Json wildcards{"lm_head", "model.layers.*.self_attn*"};
    EXPECT_EQ(set({"lm_head", "*self_attn.?_proj"}, wildcards), ""); // the same in other words
    EXPECT_EQ(set(nullptr, wildcards), "");                          // one of the two says it
    EXPECT_EQ(set(wildcards, nullptr), "");
    EXPECT_NE(set({"lm_head"}, wildcards)
                  .find("quantization_config: module 'model.layers.0.self_attn.k_proj': expected "
                        "left out as in hf_quant_config.json, found NVFP4 weights"),
              std::string::npos)
        << refusal();
}

} // namespace
} // namespace fp4::checkpoints
