// What a writer refuses, and that an output folder is whole or not there.
#include "tiny_model.hpp"

namespace fp4::checkpoints {
namespace {

class Write : public TinyModel {
  protected:
    void expect_refused(Layout layout, QuantizedModelSource& source_model, ErrorCode code,
                        const std::string& message) {
        const auto report = write_checkpoint(layout, source_model, out);
        ASSERT_FALSE(report) << message;
        EXPECT_EQ(report.error().code, code);
        test::expect_message(report.error().message, message);
        EXPECT_EQ(dir.entries(),
                  std::vector<std::string>{"source"}); // nothing of the output, under no name
    }

    void expect_refused(Layout layout, Encoder encoder, bool input_scales,
                        const ChangedModel::Change& change, ErrorCode code,
                        const std::string& message) {
        auto model = encoded(encoder);
        ChangedModel changed(model, input_scales, change);
        expect_refused(layout, changed, code, message);
    }
};

const auto bad = ErrorCode::bad_argument;

TEST_F(Write, UnequalFusedScalesAreWritten) {
    const auto unequal = [](QuantizedLinear& linear) {
        if (linear.name != "model.layers.1.mlp.up_proj") return;
        linear.scale = stored_scale(TensorScaleKind::divisor, linear.scale.divisor.value * 2);
        linear.weight.tensor_scale = Fp32::from_float(linear.scale.multiplier.value);
    };
    for (const auto layout : {Layout::compressed_tensors, Layout::modelopt}) {
        auto model = encoded(Encoder::ct);
        ChangedModel changed(model, false, unequal);
        const auto report = write_checkpoint(layout, changed, dir / spec_of(layout).name);
        ASSERT_TRUE(report) << report.error().message;
        ASSERT_EQ(report->warnings.size(), 1u);
        EXPECT_TRUE(report->warnings[0].find("model.layers.1.mlp.up_proj: expected the tensor "
                                             "scale of its fused group, ") != std::string::npos)
            << report->warnings[0];
    }
    const auto inputs = [](QuantizedLinear& linear) {
        add_inputs(linear);
        if (linear.name == "model.layers.0.self_attn.v_proj")
            linear.input_scale = tensor_scale_of(Encoder::nv, Format::nvfp4, 21.0f);
    };
    auto model = encoded(Encoder::nv);
    ChangedModel with_inputs(model, true, inputs);
    const auto report = write_checkpoint(Layout::modelopt, with_inputs, dir / "inputs");
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->warnings.size(), 1u);
    EXPECT_TRUE(report->warnings[0].find("the input scale of its fused group") !=
                std::string::npos);
    ChangedModel changed(model, false, unequal);
    const auto plain = write_checkpoint(Layout::plain, changed, out);
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_TRUE(plain->warnings.empty()); // no fused tensor scale there
}

TEST_F(Write, PartOfAFusedGroup) {
    auto model = EncodedModel::create(open(source), {.encoder = Encoder::ct},
                                      {"model.layers.1.self_attn.k_proj"});
    ASSERT_TRUE(model);
    const auto report = write_checkpoint(Layout::compressed_tensors, *model, out);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->warnings.size(), 1u);
    test::expect_message(report->warnings[0].substr(report->warnings[0].find("model.layers")),
                         "model.layers.1.self_attn.q_proj: expected its fused group quantized as a "
                         "whole, found 'model.layers.1.self_attn.k_proj' left out");
}

TEST_F(Write, WhatALayoutCannotHold) {
    const auto nothing = [](QuantizedLinear&) {};
    expect_refused(Layout::compressed_tensors, Encoder::razer_paper, false, nothing, bad,
                   "model.layers.0.self_attn.q_proj: expected format nvfp4, found razer-w");
    expect_refused(Layout::razer, Encoder::nv, false, nothing, bad,
                   "model.layers.0.self_attn.q_proj: expected format razer-w, found nvfp4");
    expect_refused(
        Layout::modelopt, Encoder::nv, true,
        [](QuantizedLinear& linear) { add_inputs(linear, Format::razer_a); }, bad,
        "model.layers.0.self_attn.q_proj: expected inputs in nvfp4, found razer-a");
    expect_refused(
        Layout::modelopt, Encoder::nv, false,
        [](QuantizedLinear& linear) { linear.activations = Format::nvfp4; }, bad,
        "model.layers.0.self_attn.q_proj: expected an input scale exactly where inputs are "
        "quantized, found one of the two");
    expect_refused(
        Layout::razer, Encoder::razer_paper, false,
        [](QuantizedLinear& linear) { linear.encoder.reset(); }, bad,
        "model.layers.0.self_attn.q_proj: expected the name of its encoder, found none");
    expect_refused(
        Layout::razer, Encoder::razer_paper, false,
        [](QuantizedLinear& linear) {
            if (linear.name.ends_with("o_proj")) linear.encoder = Encoder::razer_head;
        },
        bad,
        "model.layers.0.self_attn.o_proj: expected encoder, V1, e3m3_max and activation format of "
        "the linears before, found others");
    expect_refused(
        Layout::modelopt, Encoder::nv, false, [](QuantizedLinear& linear) { linear.name += "x"; },
        bad,
        "model.layers.0.self_attn.q_proj: expected the name, shape and scales that were "
        "announced, found others");
    expect_refused(
        Layout::modelopt, Encoder::nv, false,
        [](QuantizedLinear& linear) { linear.weight.codes.pop_back(); }, ErrorCode::bad_shape,
        "model.layers.0.self_attn.q_proj: codes: expected 64 rows of 32 bytes");
    expect_refused(
        Layout::modelopt, Encoder::nv, false,
        [](QuantizedLinear& linear) { linear.weight.tensor_scale = Fp32{0x3F800000}; }, bad,
        "model.layers.0.self_attn.q_proj: expected the tensor's scale to be the multiplier, found "
        "two numbers");
}

TEST_F(Write, NanScaleByteIsSeenWhenTheOutputIsRead) {
    auto model = encoded(Encoder::nv);
    ChangedModel changed(model, false,
                         [](QuantizedLinear& linear) { linear.weight.scales[1] = 0x7F; });
    const auto report = write_checkpoint(Layout::modelopt, changed, out);
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().message.find(
                    "row 0, block 1: expected a finite block scale, found 0x7F (NaN)") !=
                std::string::npos)
        << report.error().message;
    EXPECT_EQ(dir.entries(), std::vector<std::string>{"source"});
}

TEST_F(Write, ErrorOfTheSourceEndsIt) {
    auto tensors = tiny_tensors();
    tensors.at("model.layers.1.mlp.down_proj.weight").bytes.replace(10, 2, "\xC0\x7F");
    write_tensors(source / "model.safetensors", tensors);
    auto model = encoded(Encoder::nv);
    const auto report = write_checkpoint(Layout::modelopt, model, out);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::not_finite);
    EXPECT_EQ(dir.entries(), std::vector<std::string>{"source"});
}

TEST_F(Write, ExistingTargets) {
    const auto refused = [&](const std::filesystem::path& target, const std::string& message,
                             const WriteOptions& options = {}) {
        auto model = encoded(Encoder::nv);
        const auto before = dir.entries();
        const auto report = write_checkpoint(Layout::modelopt, model, target, options);
        ASSERT_FALSE(report) << message;
        EXPECT_EQ(report.error().code, ErrorCode::write_failed);
        EXPECT_TRUE(report.error().message.find(message) != std::string::npos)
            << report.error().message;
        EXPECT_EQ(dir.entries(), before);
    };
    std::filesystem::create_directory(out);
    write(Layout::modelopt, Encoder::nv, out / ""); // empty, and with a slash
    refused(out, "expected a new name or an empty folder, found files in it");
    write(Layout::modelopt, Encoder::modelopt, dir / "fresh");
    write(Layout::modelopt, Encoder::modelopt, out, {}, {.replace = true});
    EXPECT_EQ(folder_bytes(out), folder_bytes(dir / "fresh"));
    EXPECT_EQ(dir.entries(), (std::vector<std::string>{"fresh", "out", "source"}));

    write_text(out / "diary.txt", "mine");
    refused(out, "found 'diary.txt'", {.replace = true});
    EXPECT_EQ(test::read_file(out / "diary.txt"), "mine");
    std::filesystem::remove(out / "diary.txt");
    std::filesystem::create_directory(out / "config.json.d");
    refused(out, "found 'config.json.d'", {.replace = true});

    std::filesystem::create_directory(dir / "other");
    write_tensors(dir / "other/model.safetensors", tiny_tensors());
    refused(dir / "other", "found 'model.safetensors' of another origin", {.replace = true});
    std::filesystem::remove(dir / "other/model.safetensors");
    write_text(dir / "other/config.json", "{}");
    refused(dir / "other", "found no weight file", {.replace = true});
    write_text(dir / "file", "");
    refused(dir / "file", "expected a new name or a folder", {.replace = true});
    refused(dir / "file/out", "Not a directory");
    refused("/", "expected the name of a folder");
    write(Layout::modelopt, Encoder::nv, dir / "missing/parents/out");
}

TEST_F(Write, SourceOtherThanItsConfiguration) {
    auto model = encoded(Encoder::nv);
    auto config = std::string(tiny_config);
    config.replace(config.find("\"num_hidden_layers\":2"), 21, "\"num_hidden_layers\":3");
    write_text(source / "config.json", config);
    expect_refused(Layout::modelopt, model, ErrorCode::bad_file,
                   source.string() + ": module 'model.layers.2.self_attn.q_proj': expected its "
                                     "weight, found no tensor of it");
}

TEST_F(Write, UntiedHeadStaysAsItIs) {
    auto config = std::string(tiny_config);
    config.replace(config.find("true"), 4, "false");
    write_text(source / "config.json", config);
    write_tensors(source / "model.safetensors", tiny_tensors(false));
    write(Layout::compressed_tensors, Encoder::ct, out);
    const auto tensors = read_tensors(out / "model.safetensors");
    EXPECT_EQ(tensors.at("lm_head.weight").bytes, tiny_tensors(false).at("lm_head.weight").bytes);
    EXPECT_EQ(tensors.at("lm_head.weight").dtype, io::Dtype::bf16);
}

TEST_F(Write, EncodedModelRefuses) {
    write(Layout::modelopt, Encoder::nv, out);
    EXPECT_FALSE(EncodedModel::create(open(out), {.encoder = Encoder::nv}));
    EXPECT_FALSE(EncodedModel::create(open(source), {.encoder = Encoder::razer_paper}));
    EXPECT_FALSE(EncodedModel::create(open(source), {.tensor_scale = TensorScale{}}));
}

} // namespace
} // namespace fp4::checkpoints
