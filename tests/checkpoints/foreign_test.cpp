// Weights whose numbers need a scale that is not read are refused by name, wherever they are met.
#include "tiny_model.hpp"

#include "fp4/checkpoints/weights.hpp"

namespace fp4::checkpoints {
namespace {

const std::string query = "model.layers.0.self_attn.q_proj";

class Foreign : public TinyModel {
  protected:
    void make(io::Dtype dtype, const std::string& scale, const std::string& section) {
        auto tensors = tiny_tensors();
        for (const auto& linear : model_linears(*parse_model_config(tiny_config, "config.json"))) {
            auto& weight = tensors.at(linear.name + ".weight");
            weight.dtype = dtype;
            weight.bytes.resize(linear.rows * linear.k * spec_of(dtype).bits / 8, '\x38');
            if (!scale.empty())
                tensors[linear.name + scale] = {io::Dtype::f32, {1, 1}, std::string(4, '\x3C')};
        }
        write_tensors(source / "model.safetensors", tensors);
        auto config = std::string(tiny_config);
        if (!section.empty()) config.insert(1, "\"quantization_config\":" + section + ",");
        write_text(source / "config.json", config);
    }

    void expect_refused(const std::string& part) {
        const auto plain = Checkpoint::open(source);
        ASSERT_FALSE(plain) << part;
        EXPECT_NE(plain.error().message.find(part), std::string::npos) << plain.error().message;
        const auto quantized = QuantizedCheckpoint::open(source);
        ASSERT_FALSE(quantized) << part;
        EXPECT_NE(quantized.error().message.find(part), std::string::npos);
    }
};

TEST_F(Foreign, MethodsThatAreNotReadAreNamedWithATensor) {
    const auto at = "; " + (source / "model.safetensors").string() + ": tensor '";
    make(io::Dtype::f8_e4m3, ".weight_scale_inv",
         R"({"quant_method":"fp8","fmt":"e4m3","weight_block_size":[128,128]})");
    expect_refused("quantization_config.quant_method: expected 'compressed-tensors', 'modelopt' or "
                   "'fp4sim-razer', found 'fp8'" +
                   at);
    expect_refused(".weight' is F8_E4M3 [");
    expect_refused("], whose scale is tensor 'model.layers.");
    expect_refused("_proj.weight_scale_inv'");
    make(io::Dtype::u8, ".weight.absmax", R"({"quant_method":"bitsandbytes","load_in_4bit":true})");
    expect_refused("found 'bitsandbytes'" + at);
    for (const char* method : {"gptq", "awq", "quark", "mxfp4", "torchao"}) {
        make(io::Dtype::i32, "", "{\"quant_method\":\"" + std::string(method) + "\"}");
        expect_refused("found '" + std::string(method) + "'" + at);
    }
    make(
        io::Dtype::f8_e4m3, ".weight_scale",
        R"({"quant_method":"compressed-tensors","format":"float-quantized","config_groups":{"group_0":{"targets":["Linear"],)"
        R"("format":"float-quantized","weights":{"num_bits":8,"type":"float"}}}})");
    expect_refused("config_groups: expected a group of 'nvfp4-pack-quantized', found "
                   "float-quantized, 8-bit float" +
                   at);
}

// The configuration says nothing: the tensors do.
TEST_F(Foreign, DtypesWithoutAConfiguration) {
    for (const auto dtype :
         {io::Dtype::f8_e4m3, io::Dtype::f8_e5m2, io::Dtype::i8, io::Dtype::u8, io::Dtype::i32})
        for (const std::string scale : {"", ".weight_scale_inv"}) {
            make(dtype, scale, "");
            const auto checkpoint = Checkpoint::open(source);
            ASSERT_TRUE(checkpoint);
            const auto at = checkpoint->find(query + ".weight");
            const auto weights = read_weights(*at->file, *at->tensor);
            ASSERT_FALSE(weights);
            test::expect_message(weights.error().message,
                                 (source / "model.safetensors").string() + ": tensor '" + query +
                                     ".weight': dtype: expected BF16, F16 or F32, found " +
                                     std::string(spec_of(dtype).name) + " [64, 64]");
            if (!scale.empty()) {
                EXPECT_TRUE(weights.error().message.ends_with("whose scale is tensor '" + query +
                                                              ".weight_scale_inv'"));
            }
            const auto quantized = QuantizedCheckpoint::open(source);
            ASSERT_FALSE(quantized);
            EXPECT_NE(quantized.error().message.find(
                          scale.empty() ? std::string(spec_of(dtype).name) + " [64, 64]"
                                        : "found one of block-scaled FP8, F32 [1, 1]"),
                      std::string::npos)
                << quantized.error().message;
        }
}

TEST_F(Foreign, TensorsOfOtherMethods) {
    for (const char* part : {"qweight", "g_idx", "weight.absmax", "pre_quant_scale"}) {
        auto tensors = tiny_tensors();
        tensors[query + "." + part] = {io::Dtype::i32, {2, 3}, std::string(24, '\0')};
        write_tensors(source / "model.safetensors", tensors);
        const auto opened = QuantizedCheckpoint::open(source);
        ASSERT_FALSE(opened) << part;
        test::expect_message(opened.error().message,
                             (source / "model.safetensors").string() + ": tensor '" + query + "." +
                                 part + "': expected the tensors of layout bf16, found one of ");
        EXPECT_TRUE(opened.error().message.ends_with("I32 [2, 3]"));
    }
}

TEST_F(Foreign, ShapesInMessages) {
    auto tensors = tiny_tensors();
    tensors.at(query + ".weight").shape = {32, 128};
    write_tensors(source / "model.safetensors", tensors);
    const auto opened = QuantizedCheckpoint::open(source);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().message,
              (source / "model.safetensors").string() + ": tensor '" + query +
                  ".weight': expected shape [64, 64] as in config.json, found BF16 [32, 128]");
}

TEST_F(Foreign, TensorsThatNothingUsesAreNamed) {
    auto tensors = tiny_tensors();
    const auto add = [&](const std::string& name) {
        tensors[name] = {io::Dtype::f32, {1}, std::string(4, '\0')};
        write_tensors(source / "model.safetensors", tensors);
        return unused_tensors_warning(*Checkpoint::open(source)).value_or("");
    };
    const auto where = source.string() + ": nothing uses ";
    EXPECT_FALSE(unused_tensors_warning(*Checkpoint::open(source)));
    EXPECT_EQ(add(query + ".bias"), where + "tensor '" + query + ".bias'");
    EXPECT_EQ(add(query + ".lora_A.weight"),
              where + "2 tensors: '" + query + ".bias', '" + query + ".lora_A.weight'");
    add("model.layers.0.self_attn.rotary_emb.inv_freq");
    add("model.layers.7.mlp.up_proj.weight");
    add("lm_head.bias");
    EXPECT_TRUE(add("model.vision.x").ends_with("' and 2 more"));
    EXPECT_EQ(unused_tensors(*Checkpoint::open(source)).size(), 6u);
    const auto opened = open(source);
    ASSERT_EQ(opened.warnings().size(), 1u);
    EXPECT_EQ(opened.warnings()[0], *unused_tensors_warning(*Checkpoint::open(source)));
}

TEST_F(Foreign, AnnouncedBiasesAreUsedAndNeeded) {
    auto config = std::string(tiny_config);
    config.insert(1, "\"attention_bias\":true,");
    write_text(source / "config.json", config);
    const auto missing = QuantizedCheckpoint::open(source);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message,
              source.string() + ": tensor '" + query +
                  ".bias': expected it in the model, found no such tensor");
    auto tensors = tiny_tensors();
    for (const std::string layer : {"0", "1"})
        for (const char* op : {"q", "k", "v", "o"})
            tensors["model.layers." + layer + ".self_attn." + op + "_proj.bias"] = {
                io::Dtype::bf16, {64}, std::string(128, '\0')};
    write_tensors(source / "model.safetensors", tensors);
    EXPECT_TRUE(open(source).warnings().empty());
    config.replace(config.find("Llama"), 5, "Qwen2"); // of q, k and v, whatever the flags say
    const ModelConfig qwen = *parse_model_config(config, "config.json");
    EXPECT_EQ(plain_tensor_names(qwen, {.tied_embeddings = true}).size(), 2u + 2 * (2 + 3));
}

} // namespace
} // namespace fp4::checkpoints
