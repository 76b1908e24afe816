// quantization_config: what is written, and what of it is read.
#include "tiny_model.hpp"

#include <nlohmann/json.hpp>

namespace fp4::checkpoints {
namespace {

using Json = nlohmann::ordered_json;

class Config : public TinyModel {
  protected:
    Json written(const std::filesystem::path& folder) {
        return Json::parse(test::read_file(folder / "config.json"));
    }

    // The section of a good checkpoint with one change.
    void expect_refused(const std::string& pointer, const Json& value, const std::string& message) {
        auto json = written(out);
        json["quantization_config"][Json::json_pointer(pointer)] = value;
        write_text(dir / "changed", json.dump());
        std::filesystem::copy_file(dir / "changed", out / "config.json.new");
        const auto before = test::read_file(out / "config.json");
        std::filesystem::rename(out / "config.json.new", out / "config.json");
        const auto opened = QuantizedCheckpoint::open(out);
        write_text(out / "config.json", before);
        ASSERT_FALSE(opened) << pointer;
        EXPECT_EQ(opened.error().code, ErrorCode::bad_file);
        test::expect_message(opened.error().message,
                             (out / "config.json").string() + ": quantization_config" + message);
    }
};

TEST_F(Config, CompressedTensors) {
    write(Layout::compressed_tensors, Encoder::ct, out, Format::nvfp4);
    const auto json = written(out)["quantization_config"];
    EXPECT_EQ(json, Json::parse(R"({
      "quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "quantization_status": "compressed",
      "global_compression_ratio": null, "kv_cache_scheme": null, "ignore": ["lm_head"],
      "sparsity_config": {}, "transform_config": {}, "version": "0.12.2",
      "config_groups": { "group_0": { "targets": ["Linear"], "format": "nvfp4-pack-quantized", "output_activations": null,
        "weights": {"num_bits": 4, "type": "float", "symmetric": true, "strategy": "tensor_group", "group_size": 16, "dynamic": false,
          "actorder": null, "block_structure": null, "observer": "memoryless_minmax", "observer_kwargs": {}},
        "input_activations": {"num_bits": 4, "type": "float", "symmetric": true, "strategy": "tensor_group", "group_size": 16, "dynamic": "local",
          "actorder": null, "block_structure": null, "observer": "static_minmax", "observer_kwargs": {}} } } })"));
    write(Layout::compressed_tensors, Encoder::ct, dir / "w4a16");
    EXPECT_TRUE(
        written(dir /
                "w4a16")["quantization_config"]["config_groups"]["group_0"]["input_activations"]
            .is_null());
    EXPECT_EQ(open(out).activations(0), Format::nvfp4);
    EXPECT_FALSE(open(dir / "w4a16").activations(0));

    expect_refused(
        "/quant_method", "awq",
        ".quant_method: expected 'compressed-tensors', 'modelopt' or 'fp4sim-razer', found 'awq'");
    expect_refused("/format", "pack-quantized",
                   ".format: expected 'nvfp4-pack-quantized' or 'mixed-precision', found "
                   "'pack-quantized'");
    expect_refused(
        "/quantization_status", "frozen",
        ".quantization_status: expected 'compressed', null or no such key, found 'frozen'");
    expect_refused(
        "/sparsity_config/format", "sparse-24",
        ".sparsity_config: expected an empty object, null or no such key, found an object");
    expect_refused(
        "/transform_config/h", 1,
        ".transform_config: expected an empty object, null or no such key, found an object");
    expect_refused("/config_groups", Json::object(),
                   ".config_groups: expected an object of 1 to 64 groups, found an object");
    expect_refused("/config_groups/group_1", 7,
                   ".config_groups.group_1: expected an object, found 7");
    expect_refused("/config_groups/group_0/targets", Json(),
                   ".config_groups.group_0.targets: expected an array of strings, found null");
    expect_refused("/config_groups/group_0/format", "float-quantized",
                   ".config_groups: expected a group of 'nvfp4-pack-quantized', found "
                   "float-quantized, 4-bit float");
    expect_refused("/config_groups/group_0/weights/group_size", 32,
                   ".config_groups.group_0.weights.group_size: expected 16, found 32");
    expect_refused(
        "/config_groups/group_0/weights/strategy", "group",
        ".config_groups.group_0.weights.strategy: expected 'tensor_group', found 'group'");
    expect_refused("/config_groups/group_0/input_activations/num_bits", 8,
                   ".config_groups.group_0.input_activations.num_bits: expected 4, found 8");
    expect_refused("/ignore", "lm_head", ".ignore: expected an array of strings, found 'lm_head'");
}

TEST_F(Config, IgnoreIsComparedWithTheTensors) {
    write(Layout::compressed_tensors, Encoder::ct, out);
    auto json = written(out);
    const auto opened_with = [&](const Json& ignore) {
        json["quantization_config"]["ignore"] = ignore;
        write_text(out / "config.json", json.dump());
        return QuantizedCheckpoint::open(out);
    };
    for (const char* pattern : {"model.layers.1.mlp.up_proj", "*mlp.u?_proj", "*.[0-1].mlp.[!gd]*",
                                "Linear", "*", "re:.*up_proj", "re:model", "re:(?!lm_head)"}) {
        const auto opened = opened_with({"lm_head", pattern});
        ASSERT_FALSE(opened) << pattern;
        EXPECT_TRUE(
            opened.error().message.find("expected it not quantized, as the configuration says") !=
            std::string::npos)
            << opened.error().message;
    }
    EXPECT_TRUE(opened_with({"lm_head", "*mlp.u?_pro", "model.layers.1.mlp", "re:up_proj"}));
}

TEST_F(Config, ModulesLeftOut) {
    auto model = EncodedModel::create(open(source), {.encoder = Encoder::ct},
                                      {"model.layers.0.mlp.down_proj"});
    ASSERT_TRUE(model) << model.error().message;
    const auto report = write_checkpoint(Layout::compressed_tensors, *model, out);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(written(out)["quantization_config"]["ignore"],
              Json({"lm_head", "model.layers.0.mlp.down_proj"}));
    EXPECT_EQ(open(out).linears().size(), 13u);
    auto json = written(out);
    json["quantization_config"]["ignore"] = {"lm_head"};
    write_text(out / "config.json", json.dump());
    const auto opened = QuantizedCheckpoint::open(out);
    ASSERT_FALSE(opened);
    test::expect_message(opened.error().message,
                         out.string() + ": module 'model.layers.0.mlp.down_proj': expected it "
                                        "quantized, or named as left out in the configuration");
    json["quantization_config"]["ignore"] = {"lm_head", "re:.*0.mlp.down_proj"};
    write_text(out / "config.json", json.dump());
    EXPECT_TRUE(open(out).warnings().empty());
}

TEST_F(Config, ModelOpt) {
    write(Layout::modelopt, Encoder::modelopt, out, Format::nvfp4);
    const auto json = written(out)["quantization_config"];
    EXPECT_EQ(
        json["config_groups"]["group_0"],
        Json::parse(
            R"({"input_activations":{"dynamic":false,"num_bits":4,"type":"float","group_size":16},
        "weights":{"dynamic":false,"num_bits":4,"type":"float","group_size":16},"targets":["Linear"]})"));
    EXPECT_EQ(json["quant_algo"], "NVFP4");
    EXPECT_EQ(json["quant_method"], "modelopt");
    EXPECT_EQ(json["producer"]["name"], "modelopt");
    const auto own = Json::parse(test::read_file(out / "hf_quant_config.json"))["quantization"];
    EXPECT_EQ(
        own,
        Json::parse(
            R"({"quant_algo":"NVFP4","kv_cache_quant_algo":null,"group_size":16,"exclude_modules":["lm_head"]})"));
    write(Layout::modelopt, Encoder::modelopt, dir / "w4a16");
    EXPECT_EQ(written(dir / "w4a16")["quantization_config"]["quant_algo"], "W4A16_NVFP4");

    expect_refused("/quant_algo", "NVFP4_AWQ",
                   ".quant_algo: expected 'NVFP4', 'W4A16_NVFP4' or 'MIXED_PRECISION', found "
                   "'NVFP4_AWQ', whose inputs are multiplied by a pre_quant_scale");
    expect_refused("/quant_algo", "FP8",
                   ".quant_algo: expected 'NVFP4', 'W4A16_NVFP4' or 'MIXED_PRECISION', found "
                   "'FP8'");
    expect_refused(
        "/quant_algo", "W4A16_NVFP4",
        ".quant_algo: expected the algorithm of hf_quant_config.json, found 'W4A16_NVFP4'");
    expect_refused("/quant_method", "compressed-tensors",
                   ".quant_method: expected 'modelopt', since there is a hf_quant_config.json, "
                   "found 'compressed-tensors'");
    write_text(out / "config.json",
               tiny_config); // hf_quant_config.json alone, as older exports have it
    EXPECT_EQ(open(out).layout(), Layout::modelopt);
    EXPECT_EQ(open(out).activations(0), Format::nvfp4);
}

TEST_F(Config, Razer) {
    write(Layout::razer, Encoder::razer_paper, out, Format::razer_a);
    auto json = written(out)["quantization_config"];
    json.erase("fp4sim_version");
    EXPECT_EQ(
        json,
        Json::parse(
            R"({"quant_method":"fp4sim-razer","format":"fp4sim-razer-pack-v1","weight_format":"razer-w","group_size":16,"sentinel_code":8,
        "v1_halves":10,"v2_halves":16,"e3m3_max":28,"tensor_scale_divisor":168,"activation_format":"razer-a","targets":["Linear"],"ignore":["lm_head"],
        "encoder":"razer-paper"})"));
    for (const auto& item : json.items()) { // all mandatory
        auto without = written(out);
        const auto before = test::read_file(out / "config.json");
        without["quantization_config"].erase(item.key());
        write_text(out / "config.json", without.dump());
        const auto opened = QuantizedCheckpoint::open(out);
        write_text(out / "config.json", before);
        ASSERT_FALSE(opened) << item.key();
        EXPECT_TRUE(opened.error().message.find("quantization_config." + item.key() +
                                                ": expected ") != std::string::npos)
            << opened.error().message;
    }
    expect_refused("/v1_halves", 0, ".v1_halves: expected an integer from 1 to 31, found 0");
    expect_refused("/v2_halves", 32, ".v2_halves: expected an integer from 1 to 31, found 32");
    expect_refused("/v2_halves_of", Json::parse(R"({"m":-1})"),
                   ".v2_halves_of.m: expected an integer from 1 to 31, found -1");
    expect_refused("/e3m3_max", 29, ".e3m3_max: expected 28 or 30, found 29");
    expect_refused("/e3m3_max", 30, ".tensor_scale_divisor: expected 180, found 168");
    expect_refused("/activation_format", "mxfp4",
                   ".activation_format: expected 'none', 'nvfp4' or 'razer-a', found 'mxfp4'");
    expect_refused("/encoder", "nv",
                   ".encoder: expected the name of an encoder that makes razer-w, found 'nv'");
    expect_refused("/sentinel_code", 0, ".sentinel_code: expected 8, found 0");
}

TEST_F(Config, TheRestIsCopiedInItsOrder) {
    write(Layout::compressed_tensors, Encoder::ct, out);
    const auto json = written(out);
    std::vector<std::string> keys, wanted{"zeta"};
    for (const auto& item : json.items()) keys.push_back(item.key());
    const auto original = Json::parse(tiny_config);
    wanted.clear();
    for (const auto& item : original.items()) {
        wanted.push_back(item.key());
        EXPECT_EQ(json[item.key()], item.value());
    }
    wanted.push_back("quantization_config");
    EXPECT_EQ(keys, wanted);
    EXPECT_EQ(test::read_file(out / "tokenizer.json"), "{ \"t\": 1 }");
    EXPECT_FALSE(std::filesystem::exists(out / "notes.txt"));
}

TEST_F(Config, HostileDocuments) {
    std::string many = "{\"a\":{";
    for (int i = 0; i < 5000; ++i) many += "\"k" + std::to_string(i) + "\":0,";
    many += "\"z\":0}}";
    for (const auto& [text, message] : std::map<std::string, std::string>{
             {many, "expected objects of at most 4096 keys, found more"},
             {"{\"a\":1,\"a\":2}", "byte 9: key 'a': expected each key once, found a duplicate"},
             {R"({"tie_word_embeddings":"yes"})",
              "tie_word_embeddings: expected true or false, found 'yes'"},
             {R"({"quantization_config":[]})",
              "quantization_config.quant_method: expected a string, found no such key"}}) {
        write_text(source / "config.json", text);
        const auto opened = QuantizedCheckpoint::open(source);
        ASSERT_FALSE(opened);
        test::expect_message(opened.error().message,
                             (source / "config.json").string() + ": " + message);
    }
}

} // namespace
} // namespace fp4::checkpoints
