// Hand-made bad checkpoints: each check of the reader has a file that fails it.
#include "tiny_model.hpp"

namespace fp4::checkpoints {
namespace {

const std::string up = "model.layers.0.mlp.up_proj", query = "model.layers.1.self_attn.q_proj",
                  down = "model.layers.1.mlp.down_proj";

class BadCheckpoint : public TinyModel {
  protected:
    void make(Layout layout, std::optional<Format> inputs = {}) {
        const auto encoder = layout == Layout::razer      ? Encoder::razer_paper
                             : layout == Layout::modelopt ? Encoder::modelopt
                                                          : Encoder::ct;
        std::filesystem::remove_all(out);
        write(layout, encoder, out, inputs);
        file = out /
               (layout == Layout::razer ? "razer-00001-of-00001.safetensors" : "model.safetensors");
        tensors = read_tensors(file);
    }

    void save() {
        write_tensors(file, tensors);
        if (!std::filesystem::exists(out / "razer.index.json")) return;
        std::string map;
        for (const auto& [name, tensor] : tensors)
            map += (map.empty() ? "\"" : ",\"") + name + "\":\"" + file.filename().string() + "\"";
        write_text(out / "razer.index.json", "{\"weight_map\":{" + map + "}}");
    }

    void expect_refused(const std::string& where, const std::string& message,
                        const ReadOptions& options = {}) {
        save();
        const auto opened = QuantizedCheckpoint::open(out, options);
        ASSERT_FALSE(opened) << message;
        EXPECT_EQ(opened.error().code, ErrorCode::bad_file);
        test::expect_message(opened.error().message, where + ": " + message);
    }

    void expect_check_refused(const std::string& where, const std::string& message,
                              const ReadOptions& options = {}) {
        save();
        auto opened = QuantizedCheckpoint::open(out, options);
        ASSERT_TRUE(opened) << opened.error().message;
        const auto report = opened->check();
        ASSERT_FALSE(report) << message;
        EXPECT_EQ(report.error().code, ErrorCode::bad_file);
        test::expect_message(report.error().message, where + ": " + message);
    }

    float scalar(const std::string& name) {
        float value;
        std::memcpy(&value, tensors.at(name).bytes.data(), 4);
        return value;
    }
    void set_scalar(const std::string& name, float value) {
        tensors.at(name).bytes = test::little_endian(std::bit_cast<uint32_t>(value), 4);
    }

    std::filesystem::path file;
    StoredTensors tensors;
};

TEST_F(BadCheckpoint, ReversedTensorScale) {
    make(Layout::compressed_tensors);
    for (const char* member : {"up_proj", "gate_proj"}) {
        const auto name = "model.layers.0.mlp." + std::string(member) + ".weight_global_scale";
        set_scalar(name, 1.0f / scalar(name));
    }
    const auto gate = "model.layers.0.mlp.gate_proj.weight_global_scale";
    expect_refused(out.string() + ": tensor '" + gate + "'",
                   "expected a divisor for weights of at most 2^-20 to 2^10, found ");
    auto opened = open(out, {.allow_implausible_scales = true});
    ASSERT_EQ(opened.warnings().size(), 2u);
    EXPECT_TRUE(opened.warnings()[0].find("the inverse was stored?") != std::string::npos)
        << opened.warnings()[0];

    make(Layout::modelopt);
    set_scalar(down + ".weight_scale_2", 1.0f / scalar(down + ".weight_scale_2"));
    expect_refused(out.string() + ": tensor '" + down + ".weight_scale_2'",
                   "expected a multiplier for weights of at most 2^-20 to 2^10, found ");

    make(Layout::razer);
    set_scalar(down + ".razer_tensor_scale", 1.0f / scalar(down + ".razer_tensor_scale"));
    expect_refused(out.string() + ": tensor '" + down + ".razer_tensor_scale'",
                   "expected a multiplier for weights");
}

TEST_F(BadCheckpoint, ReversedInputScales) {
    make(Layout::modelopt, Format::nvfp4);
    set_scalar(down + ".input_scale", 1.0f / scalar(down + ".input_scale"));
    expect_refused(out.string() + ": tensor '" + down + ".input_scale'",
                   "expected a multiplier for inputs of at most 2^-20 to 2^16, found ");

    make(Layout::modelopt, Format::nvfp4); // amax 2^12 each, so that one alone could be right
    for (auto& [name, tensor] : tensors)
        if (name.ends_with(".input_scale")) set_scalar(name, 4096.0f / 2688.0f);
    save();
    const auto opened = QuantizedCheckpoint::open(out);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(
        opened.error().message.find(
            "expected a multiplier below 1 in the middle of all inputs, found 1.5238096 (") !=
        std::string::npos)
        << opened.error().message;
}

TEST_F(BadCheckpoint, TensorScaleThatIsNoNumber) {
    make(Layout::compressed_tensors);
    for (const float bad : {0.0f, -1.0f, NAN, INFINITY, 1e-40f}) {
        set_scalar(down + ".weight_global_scale", bad);
        expect_refused(out.string() + ": tensor '" + down + ".weight_global_scale'",
                       "expected a positive normal number, found ",
                       {.allow_implausible_scales = true});
    }
    set_scalar(down + ".weight_global_scale", 1.0f); // an all-zero tensor's: its own inverse
    save();
    EXPECT_TRUE(QuantizedCheckpoint::open(out));
}

TEST_F(BadCheckpoint, MissingTensors) {
    for (const auto layout : {Layout::compressed_tensors, Layout::modelopt, Layout::razer})
        for (const auto part :
             {spec_of(layout).scales, spec_of(layout).tensor_scale, spec_of(layout).codes}) {
            make(layout);
            const auto name = up + "." + std::string(part);
            ASSERT_EQ(tensors.erase(name), 1u);
            expect_refused(file.string() + ": module '" + up + "'",
                           "expected a tensor '" + name + "', found no such tensor");
        }
    make(Layout::compressed_tensors, Format::nvfp4);
    ASSERT_EQ(tensors.erase(up + ".input_global_scale"), 1u);
    expect_refused(out.string() + ": module '" + up + "'",
                   "expected an input scale, since inputs are quantized, found none");
    make(Layout::compressed_tensors);
    tensors[up + ".input_global_scale"] = tensors.at(up + ".weight_global_scale");
    expect_refused(out.string() + ": module '" + up + "'",
                   "expected no input scale, since inputs are not quantized, found one");
    make(Layout::compressed_tensors);
    for (const char* part : {".weight_packed", ".weight_scale", ".weight_global_scale"})
        tensors.erase(up + part);
    expect_refused(out.string() + ": module '" + up + "'",
                   "expected its weight, found no tensor of it");
    for (const char* name : {"model.norm.weight", "model.embed_tokens.weight",
                             "model.layers.1.post_attention_layernorm.weight"}) {
        make(Layout::modelopt);
        ASSERT_EQ(tensors.erase(name), 1u);
        expect_refused(out.string() + ": tensor '" + name + "'",
                       "expected it in the model, found no such tensor");
    }
}

TEST_F(BadCheckpoint, Shapes) {
    const auto shaped = [&](const std::string& name, std::vector<uint64_t> shape,
                            const std::string& message) {
        make(Layout::compressed_tensors);
        auto& tensor = tensors.at(name);
        tensor.shape = shape;
        tensor.bytes.resize(*io::element_count(shape) * spec_of(tensor.dtype).bits / 8);
        expect_refused(file.string() + ": tensor '" + name + "'", message);
    };
    const auto packed = up + ".weight_packed", scale = up + ".weight_scale";
    shaped(packed, {96, 36},
           "expected shape [N, K/2] with N above 0 and K a multiple of 16, found [96, 36]");
    shaped(packed, {96, 0},
           "expected shape [N, K/2] with N above 0 and K a multiple of 16, found [96, 0]");
    shaped(packed, {0, 32},
           "expected shape [N, K/2] with N above 0 and K a multiple of 16, found [0, 32]");
    shaped(packed, {96 * 32}, "expected shape [N, K/2] with at most 2^31 elements, found [3072]");
    shaped(scale, {96, 5}, "expected shape [96, 4], found [96, 5]");
    shaped(scale, {4, 96}, "expected shape [96, 4], found [4, 96]");
    shaped(up + ".weight_global_scale", {2}, "expected shape [] or [1], found [2]");

    make(Layout::compressed_tensors);
    tensors.at(packed).shape = {48, 64};
    tensors.at(scale).shape = {48, 8};
    expect_refused(out.string() + ": module '" + up + "'",
                   "expected shape [96, 64] as in config.json, found [48, 128]");
}

TEST_F(BadCheckpoint, OddK) { // K = 63 packed into 32 bytes a row
    make(Layout::compressed_tensors);
    auto config = test::read_file(out / "config.json");
    const auto at = config.find("\"hidden_size\": 64");
    ASSERT_NE(at, config.npos);
    config.replace(at, 17, "\"hidden_size\": 63, \"head_dim\": 16");
    write_text(out / "config.json", config);
    expect_refused(out.string() + ": module 'model.layers.0.self_attn.q_proj'",
                   "expected shape [64, 63] as in config.json, found [64, 64]");
}

TEST_F(BadCheckpoint, Dtypes) {
    make(Layout::compressed_tensors);
    tensors.at(up + ".weight_scale").dtype = io::Dtype::u8;
    expect_refused(file.string() + ": tensor '" + up + ".weight_scale'",
                   "expected F8_E4M3, found U8");
    make(Layout::compressed_tensors);
    tensors.at(up + ".weight_packed").dtype = io::Dtype::i8;
    expect_refused(file.string() + ": tensor '" + up + ".weight_packed'", "expected U8, found I8");
    make(Layout::razer);
    tensors.at(up + ".razer_scales").dtype = io::Dtype::f8_e4m3;
    expect_refused(file.string() + ": tensor '" + up + ".razer_scales'",
                   "expected U8, found F8_E4M3");
    make(Layout::modelopt);
    tensors.at(up + ".weight_scale_2").dtype = io::Dtype::i32;
    expect_refused(file.string() + ": tensor '" + up + ".weight_scale_2'",
                   "expected F32, found I32");
    make(Layout::modelopt); // a plain matrix beside its scales
    tensors.at(up + ".weight").dtype = io::Dtype::i8;
    expect_refused(file.string() + ": module '" + up + "'",
                   "expected a tensor '" + up + ".weight', found no such tensor");
}

TEST_F(BadCheckpoint, NanScaleByte) {
    for (const auto& [byte, text] : {std::pair{'\x7F', "0x7F (NaN)"}, {'\xFF', "0xFF (NaN)"}})
        for (const auto layout : {Layout::compressed_tensors, Layout::modelopt}) {
            make(layout);
            tensors.at(up + ".weight_scale").bytes[2 * 4 + 3] = byte;
            expect_check_refused(file.string() + ": tensor '" + up +
                                     ".weight_scale': row 2, block 3",
                                 std::string("expected a finite block scale, found ") + text);
        }
    make(Layout::razer); // 30 with +V2
    tensors.at(up + ".razer_scales").bytes[0] = '\x7F';
    save();
    auto opened = open(out);
    EXPECT_TRUE(opened.check());
}

TEST_F(BadCheckpoint, Bit7OfAScaleByte) {
    make(Layout::compressed_tensors);
    auto before = open(out);
    EXPECT_EQ(before.check()->scale_bytes_with_bit_7, 0u);
    for (const size_t i : {0u, 7u}) tensors.at(up + ".weight_scale").bytes[i] |= '\x80';
    save();
    auto opened = open(out);
    const auto report = opened.check();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->scale_bytes_with_bit_7, 2u);
    ASSERT_EQ(report->warnings.size(), 1u);
    test::expect_message(report->warnings[0], out.string() + ": 2 scale bytes have bit 7 set");
    expect_check_refused(file.string() + ": tensor '" + up + ".weight_scale'",
                         "expected scale bytes with bit 7 clear, found 2 with it set",
                         {.strict = true});
}

TEST_F(BadCheckpoint, UnequalFusedScales) {
    make(Layout::compressed_tensors);
    const auto key = "model.layers.1.self_attn.k_proj.weight_global_scale";
    set_scalar(key, std::nextafter(scalar(key), 1e9f));
    expect_check_refused(out.string() + ": model.layers.1.self_attn.k_proj",
                         "expected the tensor scale of its fused group, ");
    make(Layout::modelopt, Format::nvfp4);
    set_scalar(up + ".input_scale", std::nextafter(scalar(up + ".input_scale"), 1.0f));
    expect_check_refused(out.string() + ": " + up, "expected the input scale of its fused group, ");
    make(Layout::modelopt);
    set_scalar(down + ".weight_scale_2",
               std::nextafter(scalar(down + ".weight_scale_2"), 1.0f)); // stands alone
    save();
    auto opened = open(out);
    EXPECT_TRUE(opened.check());
}

TEST_F(BadCheckpoint, TensorsOfOtherLayouts) {
    const auto stray = [&](Layout layout, const std::string& name) {
        make(layout);
        tensors[name] = {io::Dtype::f32, {}, std::string(4, '\0')};
        expect_refused(file.string() + ": tensor '" + name + "'",
                       "expected the tensors of layout " + std::string(spec_of(layout).name) +
                           ", found one that it does not have");
    };
    stray(Layout::compressed_tensors, up + ".weight_scale_2");
    stray(Layout::modelopt, up + ".weight_packed");
    stray(Layout::modelopt, up + ".pre_quant_scale");
    stray(Layout::razer, up + ".weight_scale");

    make(Layout::compressed_tensors);
    tensors[up + ".weight"] = {io::Dtype::bf16, {96, 64}, std::string(96 * 64 * 2, '\0')};
    expect_refused(out.string() + ": module '" + up + "'",
                   "expected its weight once, found a quantized one and '" + up + ".weight'");
    make(Layout::compressed_tensors);
    for (const char* part : {"weight_packed", "weight_scale", "weight_global_scale"})
        tensors["model.layers.9.mlp.up_proj." + std::string(part)] =
            tensors.at(up + "." + std::string(part));
    expect_refused(out.string() + ": module 'model.layers.9.mlp.up_proj'",
                   "expected quantized linears of the decoder layers only, found it quantized");
}

TEST_F(BadCheckpoint, NotQuantizedByItsConfigurationOrDtype) {
    make(Layout::modelopt);
    std::filesystem::remove(out / "hf_quant_config.json");
    write_text(out / "config.json", tiny_config); // says nothing, the tensors do
    const auto opened = QuantizedCheckpoint::open(out);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().message.find(
                    "expected the tensors of layout bf16, found one that it does not have") !=
                std::string::npos)
        << opened.error().message;

    write_text(
        source / "hf_quant_config.json",
        R"({"quantization":{"quant_algo":"NVFP4","group_size":16,"exclude_modules":["lm_head"]}})");
    const auto plain =
        QuantizedCheckpoint::open(source); // the configuration says it, the tensors do not
    ASSERT_FALSE(plain);
    test::expect_message(plain.error().message,
                         source.string() + ": module 'model.layers.0.self_attn.q_proj': expected "
                                           "it quantized, or named as left out");
}

TEST_F(BadCheckpoint, TiedHead) {
    tensors = tiny_tensors();
    file = source / "model.safetensors";
    tensors["lm_head.weight"] = tensors.at("model.embed_tokens.weight");
    write_tensors(file, tensors);
    const auto same = open(source);
    EXPECT_EQ(same.warnings().size(), 1u);
    for (const auto& tensor : same.plain_tensors()) EXPECT_NE(tensor.name, "lm_head.weight");
    tensors["lm_head.weight"].bytes[77] ^= 1;
    write_tensors(file, tensors);
    const auto other = QuantizedCheckpoint::open(source);
    ASSERT_FALSE(other);
    test::expect_message(other.error().message,
                         file.string() +
                             ": tensor 'lm_head.weight': expected the bytes of "
                             "'model.embed_tokens.weight', since tie_word_embeddings is true");

    auto config = std::string(tiny_config);
    config.replace(config.find("true"), 4, "false");
    write_text(source / "config.json", config);
    const auto untied = open(source);
    EXPECT_TRUE(std::ranges::any_of(untied.plain_tensors(), [](const auto& tensor) {
        return tensor.name == "lm_head.weight";
    }));
    write_tensors(file, tiny_tensors());
    const auto headless = QuantizedCheckpoint::open(source);
    ASSERT_FALSE(headless);
    test::expect_message(headless.error().message,
                         source.string() + ": tensor 'lm_head.weight': expected it in the model");
}

} // namespace
} // namespace fp4::checkpoints
