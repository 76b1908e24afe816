// Hand-made bad checkpoints: each check of the reader has a file that fails it.
#include <cmath>

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

// One reversed scale may be what it says; nearly all of them are not.
TEST_F(BadCheckpoint, ReversedTensorScales) {
    for (const auto& [layout, kind] : {std::pair{Layout::compressed_tensors, "a divisor"},
                                       {Layout::modelopt, "a multiplier"},
                                       {Layout::razer, "a multiplier"}}) {
        make(layout);
        const auto part = "." + std::string(spec_of(layout).tensor_scale);
        const auto place = file.string() + ": tensor '" + down + part + "'",
                   message = std::string("expected ") + kind +
                             " for weights of at most 2^-20 to 2^10, found ";
        set_scalar(down + part, 1.0f / scalar(down + part));
        save();
        const auto one = open(out);
        ASSERT_EQ(one.warnings().size(), 1u);
        test::expect_message(one.warnings()[0], place + ": " + message);
        EXPECT_TRUE(one.warnings()[0].ends_with("(the inverse was stored?)"));
        expect_refused(place, message, {.strict = true});

        for (auto& [name, tensor] : tensors)
            if (name.ends_with(part) && name != down + part) set_scalar(name, 1.0f / scalar(name));
        save();
        const auto all = QuantizedCheckpoint::open(out);
        ASSERT_FALSE(all);
        EXPECT_TRUE(all.error().message.find(message) != std::string::npos) << all.error().message;
        EXPECT_TRUE(all.error().message.ends_with(", as nearly all of the 14 tensor scales"));
        EXPECT_EQ(open(out, {.allow_implausible_scales = true}).warnings().size(), 14u);
    }
}

TEST_F(BadCheckpoint, ReversedInputScales) {
    make(Layout::modelopt, Format::nvfp4);
    const auto place = file.string() + ": tensor '" + down + ".input_scale'";
    set_scalar(down + ".input_scale", 1.0f / scalar(down + ".input_scale"));
    save();
    const auto one = open(out);
    ASSERT_EQ(one.warnings().size(), 1u);
    test::expect_message(one.warnings()[0],
                         place + ": expected a multiplier for inputs of at most 2^-20 to 2^16");
    expect_refused(place, "expected a multiplier for inputs", {.strict = true});

    make(Layout::modelopt, Format::nvfp4); // amax 2^12 each, so that one alone could be right
    for (auto& [name, tensor] : tensors)
        if (name.ends_with(".input_scale")) set_scalar(name, 4096.0f / 2688.0f);
    save();
    const auto all = open(out);
    ASSERT_EQ(all.warnings().size(), 1u);
    EXPECT_EQ(all.warnings()[0],
              out.string() + ": nearly all input scales look like their inverses");
}

TEST_F(BadCheckpoint, TensorScaleThatIsNoNumber) {
    make(Layout::compressed_tensors);
    for (const float bad : {0.0f, -1.0f, NAN, INFINITY, 1e-40f}) {
        set_scalar(down + ".weight_global_scale", bad);
        expect_refused(file.string() + ": tensor '" + down + ".weight_global_scale'",
                       "expected a positive number with a finite inverse, found ",
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
    shaped(up + ".weight_global_scale", {2},
           "expected shape [], [1], or one for each row, [N] or [N, 1], found [2]");

    make(Layout::compressed_tensors);
    tensors.at(packed).shape = {48, 64};
    tensors.at(scale).shape = {48, 8};
    expect_refused(out.string() + ": module '" + up + "'",
                   "expected shape [96, 64] as in config.json, found [48, 128]");
}

// A scale for each row, as [N] or [N, 1]; one of them may be at fault.
TEST_F(BadCheckpoint, ScalesOfRows) {
    const auto name = up + ".weight_scale_2";
    const auto rows = [&](std::vector<uint64_t> shape, float last) {
        make(Layout::modelopt);
        auto& tensor = tensors.at(name);
        const float value = scalar(name);
        tensor.shape = std::move(shape);
        tensor.bytes.clear();
        for (int row = 0; row < 96; ++row)
            tensor.bytes +=
                test::little_endian(std::bit_cast<uint32_t>(row == 95 ? last : value), 4);
        save();
        return value;
    };
    for (const auto& shape : {std::vector<uint64_t>{96}, {96, 1}}) {
        const float value = rows(shape, 0.25f);
        auto read = open(out);
        const auto place = std::ranges::find(read.linears(), up, &LinearSpec::name);
        EXPECT_TRUE(place->has_row_scales);
        const auto linear = read.linear(static_cast<size_t>(place - read.linears().begin()));
        ASSERT_TRUE(linear) << linear.error().message;
        ASSERT_EQ(linear->weight.row_scales.size(), 96u);
        EXPECT_EQ(linear->weight.row_scales[94], Fp32::from_float(value));
        EXPECT_EQ(linear->weight.row_scales[95], Fp32::from_float(0.25f));
        EXPECT_EQ(linear->scale_of(95).divisor.value, 4.0f);
    }
    const auto place = file.string() + ": tensor '" + name + "'";
    for (const float bad : {0.0f, -1.0f, INFINITY, std::nanf("")}) {
        rows({96}, bad);
        expect_refused(place, "expected a positive number with a finite inverse, found ");
    }
    rows({96}, 3000.0f);
    const auto read = open(out);
    ASSERT_EQ(read.warnings().size(), 1u);
    test::expect_message(read.warnings()[0], place + ": expected a multiplier for weights of at "
                                                     "most 2^-20 to 2^10, found 3000");
    rows({1, 96}, 0.25f);
    expect_refused(place, "expected shape [], [1], or one for each row, [N] or [N, 1], found "
                          "[1, 96]");
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
                   "expected F8_E4M3, found U8 [96, 4]");
    make(Layout::compressed_tensors);
    tensors.at(up + ".weight_packed").dtype = io::Dtype::i8;
    expect_refused(file.string() + ": tensor '" + up + ".weight_packed'",
                   "expected U8, found I8 [96, 32]");
    make(Layout::razer);
    tensors.at(up + ".razer_scales").dtype = io::Dtype::f8_e4m3;
    expect_refused(file.string() + ": tensor '" + up + ".razer_scales'",
                   "expected U8, found F8_E4M3 [96, 4]");
    make(Layout::modelopt);
    tensors.at(up + ".weight_scale_2").dtype = io::Dtype::i32;
    expect_refused(file.string() + ": tensor '" + up + ".weight_scale_2'",
                   "expected F32, found I32 []");
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

// Whatever the configuration says, an input is quantized where it says so and there is a scale.
TEST_F(BadCheckpoint, InputScalesOtherThanAnnounced) {
    make(Layout::compressed_tensors, Format::nvfp4);
    ASSERT_EQ(tensors.erase(down + ".input_global_scale"), 1u);
    save();
    auto without = open(out);
    ASSERT_EQ(without.warnings().size(), 1u);
    test::expect_message(without.warnings()[0],
                         out.string() +
                             ": 1 linears have no input scale, though the configuration "
                             "says that inputs are quantized; they are read as weights "
                             "only: '" +
                             down + "'");
    EXPECT_FALSE(without.linear(13)->activations);
    EXPECT_FALSE(without.linear(13)->input_scale);
    EXPECT_EQ(without.linear(12)->activations, Format::nvfp4);

    make(Layout::compressed_tensors);
    tensors[down + ".input_global_scale"] = tensors.at(down + ".weight_global_scale");
    save();
    auto unannounced = open(out);
    ASSERT_EQ(unannounced.warnings().size(), 1u);
    test::expect_message(unannounced.warnings()[0],
                         out.string() + ": 1 linears have an input scale, though");
    EXPECT_FALSE(unannounced.linear(13)->activations);
    EXPECT_FALSE(unannounced.linear(13)->input_scale);
    EXPECT_FALSE(unannounced.linears()[13].has_input_scale);
}

TEST_F(BadCheckpoint, UnequalFusedScales) {
    const auto warned = [&](const std::string& message) {
        save();
        auto opened = open(out);
        ASSERT_EQ(opened.warnings().size(), 1u);
        test::expect_message(opened.warnings()[0], out.string() + ": " + message);
        const auto report = opened.check();
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->warnings.size(), 1u);
    };
    make(Layout::compressed_tensors);
    const std::string key = "model.layers.1.self_attn.k_proj";
    set_scalar(key + ".weight_global_scale", 2 * scalar(key + ".weight_global_scale"));
    warned(key + ": expected the tensor scale of its fused group, ");
    auto linear = *open(out).linear(8); // its own
    EXPECT_EQ(linear.name, key);
    EXPECT_EQ(linear.scale.divisor.value, scalar(key + ".weight_global_scale"));
    make(Layout::modelopt, Format::nvfp4);
    set_scalar(up + ".input_scale", std::nextafter(scalar(up + ".input_scale"), 1.0f));
    warned(up + ": expected the input scale of its fused group, ");
    make(Layout::modelopt);
    set_scalar(down + ".weight_scale_2",
               std::nextafter(scalar(down + ".weight_scale_2"), 1.0f)); // stands alone
    save();
    EXPECT_TRUE(open(out).warnings().empty());
}

TEST_F(BadCheckpoint, TensorsOfOtherLayouts) {
    const auto stray = [&](Layout layout, const std::string& name, const std::string& found) {
        make(layout);
        tensors[name] = {io::Dtype::f32, {}, std::string(4, '\0')};
        expect_refused(file.string() + ": tensor '" + name + "'",
                       "expected the tensors of layout " + std::string(spec_of(layout).name) +
                           ", found " + found + ", F32 []");
    };
    const std::string other = "one that it does not have";
    stray(Layout::compressed_tensors, up + ".weight_scale_2", other);
    stray(Layout::modelopt, up + ".weight_packed", other);
    stray(Layout::modelopt, up + ".pre_quant_scale",
          "one of NVFP4_AWQ, whose inputs are multiplied by it");
    stray(Layout::razer, up + ".weight_scale", other);

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
