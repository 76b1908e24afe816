// Each finding of the linter has a checkpoint that shows it, and a clean one shows none.
#include "tiny_model.hpp"

#include <nlohmann/json.hpp>

#include "fp4/checkpoints/lint_checkpoint.hpp"

namespace fp4::checkpoints {
namespace {

using Json = nlohmann::ordered_json;

const std::string up = "model.layers.0.mlp.up_proj", key = "model.layers.0.self_attn.k_proj",
                  down = "model.layers.1.mlp.down_proj";

class Lint : public TinyModel {
  protected:
    void make(Layout layout = Layout::compressed_tensors, std::optional<Format> inputs = {}) {
        std::filesystem::remove_all(out);
        write(layout, layout == Layout::razer ? Encoder::razer_paper : Encoder::nv, out, inputs);
        tensors = read_tensors(out / weights(layout));
        layout_ = layout;
    }
    static std::string weights(Layout layout) {
        return layout == Layout::razer ? "razer-00001-of-00001.safetensors" : "model.safetensors";
    }

    std::vector<Finding> findings() {
        write_tensors(out / weights(layout_), tensors);
        auto found = lint_checkpoint(out);
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return found ? *found : std::vector<Finding>{};
    }

    // Of the only finding.
    void expect_one(Severity severity, std::string_view code, const std::string& tensor,
                    const std::string& part) {
        const auto found = findings();
        ASSERT_EQ(found.size(), 1u) << code << (found.empty() ? "" : ": " + found.back().message);
        EXPECT_EQ(name_of(found[0].severity), name_of(severity));
        EXPECT_EQ(found[0].code, code);
        EXPECT_EQ(found[0].tensor, tensor);
        test::expect_message(found[0].message, out.string());
        EXPECT_NE(found[0].message.find(part), std::string::npos) << found[0].message;
    }

    void change_config(const std::function<void(Json&)>& change) {
        auto json = Json::parse(test::read_file(out / "config.json"));
        change(json);
        write_text(out / "config.json", json.dump());
    }
    float scalar(const std::string& name) {
        float value;
        std::memcpy(&value, tensors.at(name).bytes.data(), 4);
        return value;
    }
    void set_scalar(const std::string& name, float value) {
        tensors.at(name).bytes = test::little_endian(std::bit_cast<uint32_t>(value), 4);
    }

    Layout layout_ = Layout::compressed_tensors;
    StoredTensors tensors;
};

TEST_F(Lint, CleanCheckpoints) {
    for (const auto layout : {Layout::compressed_tensors, Layout::modelopt, Layout::razer})
        for (const auto inputs : {std::optional<Format>{}, std::optional(Format::nvfp4)}) {
            make(layout, inputs);
            const auto found = findings();
            EXPECT_TRUE(found.empty()) << spec_of(layout).name << ": " << found.front().message;
        }
    std::filesystem::remove_all(out);
    for (const auto encoder : {Encoder::ct, Encoder::ct_bf16, Encoder::te}) {
        write(Layout::compressed_tensors, encoder, out);
        EXPECT_TRUE(lint_checkpoint(out)->empty());
        std::filesystem::remove_all(out);
    }
    write(Layout::modelopt, Encoder::modelopt, out);
    EXPECT_TRUE(lint_checkpoint(out)->empty());
    const auto plain = lint_checkpoint(source);
    ASSERT_EQ(plain->size(), 1u);
    EXPECT_EQ(plain->front().code, finding::not_quantized);
}

TEST_F(Lint, MissingTensors) {
    make();
    tensors.erase(down + ".weight_global_scale");
    expect_one(Severity::error, finding::missing_tensor, down + ".weight_global_scale",
               "expected a tensor '" + down + ".weight_global_scale', found no such tensor");
    make();
    for (const char* part : {".weight_packed", ".weight_scale", ".weight_global_scale"})
        tensors.erase(down + part);
    expect_one(Severity::error, finding::missing_tensor, down, "its weight, found no tensor of it");
    make();
    tensors.erase("model.norm.weight");
    expect_one(Severity::error, finding::missing_tensor, "model.norm.weight", "no such tensor");
    make(Layout::modelopt, Format::nvfp4);
    tensors.erase(down + ".input_scale");
    expect_one(Severity::warning, finding::missing_tensor, down + ".input_scale",
               "no input scale, though the configuration quantizes inputs");
}

TEST_F(Lint, UnusedAndUnexpectedTensors) {
    make();
    tensors[up + ".bias"] = {io::Dtype::bf16, {1}, "xx"};
    expect_one(Severity::warning, finding::unused_tensor, up + ".bias",
               "nothing uses it, BF16 [1]");
    make();
    tensors[up + ".pre_quant_scale"] = {io::Dtype::bf16, {1}, "xx"};
    expect_one(Severity::error, finding::unexpected_tensor, up + ".pre_quant_scale", "NVFP4_AWQ");
    make();
    tensors[down + ".input_global_scale"] = tensors.at(down + ".weight_global_scale");
    expect_one(Severity::warning, finding::unused_tensor, down + ".input_global_scale",
               "nothing uses it, since the configuration does not quantize inputs");
    make();
    tensors[up + ".weight"] = tiny_tensors().at(up + ".weight");
    expect_one(Severity::error, finding::unexpected_tensor, up, "its weight once");
}

TEST_F(Lint, DtypesAndShapes) {
    make();
    tensors.at(up + ".weight_scale").dtype = io::Dtype::u8;
    expect_one(Severity::error, finding::wrong_dtype, up + ".weight_scale",
               "expected F8_E4M3, found U8 [96, 4]");
    make();
    auto& scale = tensors.at(up + ".weight_scale");
    scale.shape = {4, 96};
    expect_one(Severity::error, finding::wrong_shape, up + ".weight_scale",
               "expected shape [96, 4], found [4, 96]");
    for (const auto& shape : {std::vector<uint64_t>{128, 4}, {512}, {32, 16}}) {
        scale.shape = shape;
        scale.bytes.resize(512);
        expect_one(Severity::error, finding::swizzled_scales, up + ".weight_scale",
                   "expected shape [96, 4], found [");
    }
    make();
    tensors.at(up + ".weight_packed").shape = {96 * 32};
    expect_one(Severity::error, finding::wrong_shape, up + ".weight_packed", "found [3072]");
    make();
    tensors.at(up + ".weight_packed").shape = {48, 64};
    tensors.at(up + ".weight_scale").shape = {48, 8};
    expect_one(Severity::error, finding::wrong_shape, up, "expected shape [96, 64] as in config");
}

TEST_F(Lint, TensorScales) {
    for (const auto layout : {Layout::compressed_tensors, Layout::modelopt, Layout::razer}) {
        make(layout);
        const auto name = down + "." + std::string(spec_of(layout).tensor_scale);
        set_scalar(name, 1.0f / scalar(name));
        expect_one(Severity::error, finding::inverted_scale, name, "(the inverse was stored?)");
        make(layout);
        set_scalar(name, 0);
        expect_one(Severity::error, finding::bad_tensor_scale, name,
                   "expected a positive number with a finite inverse, found 0");
        make(layout);
        const bool divisor = spec_of(layout).scale_kind == TensorScaleKind::divisor;
        set_scalar(name, scalar(name) * (divisor ? 1e9f : 1e-9f)); // ordinary: a tiny layer
        expect_one(Severity::warning, finding::implausible_scale, name, "which stands for ");
    }
    make(Layout::modelopt, Format::nvfp4);
    set_scalar(down + ".input_scale", 80'000.0f / 2688); // ordinary: an outlier of a trained model
    expect_one(Severity::warning, finding::implausible_scale, down + ".input_scale",
               "stands for 80000");
    make();
    for (auto& [name, tensor] : tensors)
        if (name.ends_with("weight_global_scale")) set_scalar(name, 1.0f / scalar(name));
    EXPECT_EQ(findings().size(), 15u);
    for (const auto& found : findings()) EXPECT_EQ(found.code, finding::inverted_scale);
}

TEST_F(Lint, FusedGroups) {
    make();
    set_scalar(key + ".weight_global_scale", 2 * scalar(key + ".weight_global_scale"));
    expect_one(Severity::error, finding::unequal_scales, key,
               "the tensor scale of its fused group");
    make(Layout::modelopt, Format::nvfp4);
    set_scalar(key + ".input_scale", 2 * scalar(key + ".input_scale"));
    expect_one(Severity::warning, finding::unequal_scales, key,
               "the input scale of its fused group");
    make();
    for (const char* part : {".weight_packed", ".weight_scale", ".weight_global_scale"})
        tensors.erase(up + part);
    tensors[up + ".weight"] = tiny_tensors().at(up + ".weight");
    change_config([](Json& json) { json["quantization_config"]["ignore"].push_back(up); });
    expect_one(Severity::warning, finding::split_group, "model.layers.0.mlp.gate_proj",
               "its fused group quantized as a whole");
}

TEST_F(Lint, ScaleBytes) {
    make();
    auto& bytes = tensors.at(up + ".weight_scale").bytes;
    bytes[2 * 4 + 3] = '\x7F';
    bytes[5 * 4] = '\xFF';
    expect_one(Severity::error, finding::nan_scale, up + ".weight_scale",
               "row 2, block 3: expected a finite block scale, found 0x7F (NaN), in 2 of 384");
    make();
    tensors.at(up + ".weight_scale").bytes[4] |= '\x80';
    expect_one(Severity::warning, finding::sign_bit, up + ".weight_scale",
               "row 1, block 0: scale byte 0x");
    make();
    for (size_t i = 0; i < 20; ++i) tensors.at(up + ".weight_scale").bytes[i + 40] = '\x7E';
    expect_one(Severity::warning, finding::saturated_scales, up + ".weight_scale",
               " of 384 blocks: the tensor scale is too small");
    make(Layout::razer);
    for (size_t i = 0; i < 30; ++i) tensors.at(up + ".razer_scales").bytes[i + 40] = '\x3E'; // 28
    expect_one(Severity::warning, finding::saturated_scales, up + ".razer_scales",
               " of 384 blocks: the tensor scale is too small");
}

TEST_F(Lint, Zeros) {
    make();
    tensors.at(up + ".weight_packed").bytes.replace(5 * 32 + 8, 8, 8, '\x80'); // row 5, block 1
    tensors.at(up + ".weight_scale").bytes[21] = '\x55';
    expect_one(Severity::note, finding::zero_block, up + ".weight_scale",
               "row 5, block 1: zeros alone under scale byte 0x55, in 1 of 384");
    make();
    tensors.at(up + ".weight_packed").bytes.replace(5 * 32 + 8, 8, 8, '\x12');
    tensors.at(up + ".weight_scale").bytes[21] = '\0';
    expect_one(Severity::note, finding::zero_scale, up + ".weight_scale",
               "row 5, block 1: codes other than zero under a scale of zero, in 1 of 384");
}

TEST_F(Lint, ConfigurationsThatSayOtherwise) {
    make();
    change_config([](Json& json) { json["quantization_config"]["ignore"].push_back(down); });
    expect_one(Severity::error, finding::config_mismatch, down, "as the configuration says");
    make();
    for (const char* part : {".weight_packed", ".weight_scale", ".weight_global_scale"})
        tensors.erase(down + part);
    tensors[down + ".weight"] = tiny_tensors().at(down + ".weight");
    expect_one(Severity::error, finding::config_mismatch, down, "or named as left out");
    make();
    tensors["lm_head.weight"] = tensors.at("model.embed_tokens.weight");
    EXPECT_TRUE(findings().empty());
    tensors["lm_head.weight"].bytes[3] ^= 1;
    expect_one(Severity::error, finding::config_mismatch, "lm_head.weight",
               "since tie_word_embeddings is true");
}

TEST_F(Lint, WhatIsLeftAlone) {
    make();
    change_config([](Json& json) {
        json["quantization_config"]["kv_cache_scheme"] = {{"num_bits", 8}, {"type", "float"}};
    });
    tensors["model.layers.0.self_attn.k_scale"] = {io::Dtype::f32, {}, std::string(4, '\x3C')};
    expect_one(Severity::note, finding::left_alone, "",
               "the KV cache's quantization (8-bit float) and its 1 scales");
    make();
    change_config([](Json& json) {
        auto& groups = json["quantization_config"]["config_groups"];
        groups["group_1"] = groups["group_0"];
        groups["group_1"]["format"] = "float-quantized";
        groups["group_1"]["targets"] = {down};
        groups["group_1"]["weights"]["num_bits"] = 8;
    });
    expect_one(Severity::note, finding::left_alone, down, "float-quantized, 8-bit float");
}

TEST_F(Lint, GoesOnAfterEachFinding) {
    make(Layout::compressed_tensors, Format::nvfp4);
    tensors.at(up + ".weight_scale").bytes[0] = '\x7F';
    tensors.erase(down + ".weight_global_scale");
    tensors[key + ".bias"] = {io::Dtype::bf16, {1}, "xx"};
    tensors.erase("model.norm.weight");
    const auto found = findings();
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].code, finding::unused_tensor); // in the model's order
    EXPECT_EQ(found[1].code, finding::nan_scale);
    EXPECT_EQ(found[2].tensor, down + ".weight_global_scale");
    EXPECT_EQ(found[3].tensor, "model.norm.weight");
}

TEST_F(Lint, NothingToBeSaid) {
    EXPECT_FALSE(lint_checkpoint(dir / "missing"));
    make();
    write_text(out / "model.safetensors", "no weights");
    EXPECT_FALSE(lint_checkpoint(out));
}

} // namespace
} // namespace fp4::checkpoints
