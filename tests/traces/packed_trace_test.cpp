// Packed checkpoints go into traces as they lie.
#include <gtest/gtest.h>

#include "fp4/traces/make_trace.hpp"
#include "tiny_model.hpp"

namespace fp4::traces {
namespace {

using checkpoints::Layout;

class PackedTrace : public checkpoints::TinyModel {
  protected:
    void expect_as_stored(const Trace& trace, checkpoints::QuantizedCheckpoint& stored) {
        ASSERT_EQ(trace.ops.size(), stored.linears().size());
        for (size_t i = 0; i < trace.ops.size(); ++i) {
            const auto linear = stored.linear(i);
            ASSERT_TRUE(linear) << linear.error().message;
            const PackedTensor &b = trace.ops[i].b, &wanted = linear->weight;
            EXPECT_EQ(b.codes, wanted.codes) << linear->name;
            EXPECT_EQ(b.scales, wanted.scales) << linear->name;
            EXPECT_EQ(b.tensor_scale, wanted.tensor_scale) << linear->name;
            EXPECT_EQ(b.format, wanted.format) << linear->name;
            EXPECT_EQ(b.specials, wanted.specials) << linear->name;
        }
    }

    // Captured inputs of both layers: small numbers that differ from group to group.
    CapturedActivations captured(uint64_t tokens) {
        std::vector<std::vector<float>> kept;
        kept.reserve(100);
        std::vector<io::TensorData> tensors;
        const auto add = [&](const std::string& name, std::vector<uint64_t> shape, float value) {
            auto& values = kept.emplace_back();
            for (uint64_t i = 0; i < *io::element_count(shape); ++i)
                values.push_back(value + 0.001f * static_cast<float>(i % 57));
            tensors.push_back(
                {name, io::Dtype::f32, std::move(shape), std::as_bytes(std::span(values))});
        };
        for (uint64_t layer = 0; layer < 2; ++layer)
            for (const auto group : checkpoints::linear_groups) {
                const auto name =
                    "layers." + std::to_string(layer) + "." + std::string(name_of(group));
                const uint64_t k = group == checkpoints::LinearGroup::down ? 96 : 64;
                add(name, {tokens, k}, 0.25f * static_cast<float>(layer + 1));
                add(name + ".amax", {}, 3.0f);
            }
        EXPECT_TRUE(
            io::write_safetensors(dir / "a.safetensors", {{"fp4sim.activations", "1"}}, tensors));
        return *CapturedActivations::open(dir / "a.safetensors");
    }

    int folders_ = 0;
};

TEST_F(PackedTrace, CodesScalesAndTensorScalesAreThoseStored) {
    for (const auto& [layout, encoder, inputs] :
         {std::tuple{Layout::compressed_tensors, Encoder::ct, std::optional<Format>{}},
          {Layout::modelopt, Encoder::nv, std::optional{Format::nvfp4}},
          {Layout::razer, Encoder::razer_paper, std::optional{Format::razer_a}}}) {
        const auto folder = dir / std::string(spec_of(layout).name);
        write(layout, encoder, folder, inputs);
        auto stored = open(folder);
        const auto trace = make_packed_trace(stored, nullptr, {.tokens = 3});
        ASSERT_TRUE(trace) << trace.error().message;
        EXPECT_EQ(trace->source, Source::packed_checkpoint_synthetic_activations);
        EXPECT_EQ(trace->layers, (std::vector<uint64_t>{0, 1}));
        expect_as_stored(*trace, stored);
        EXPECT_EQ(trace->ops[9].name, "layers.1.v");
        EXPECT_EQ(trace->ops[0].m(), 3u);
    }
}

TEST_F(PackedTrace, EveryLinearKeepsItsOwnSpecialValues) {
    auto model = encoded(Encoder::razer_paper);
    checkpoints::ChangedModel changed(model, false, [](checkpoints::QuantizedLinear& linear) {
        if (linear.name.ends_with("mlp.up_proj")) linear.weight.specials.v2_halves = 18;
    });
    ASSERT_TRUE(checkpoints::write_checkpoint(Layout::razer, changed, out));
    auto stored = open(out);
    const auto trace = make_packed_trace(stored, nullptr, {.tokens = 2});
    ASSERT_TRUE(trace) << trace.error().message;
    expect_as_stored(*trace, stored);
    EXPECT_EQ(trace->ops[5].b.specials.v2_halves, 18);
    EXPECT_EQ(trace->ops[6].b.specials.v2_halves, 16);
    ASSERT_TRUE(write_trace(dir / "t.safetensors", *trace));
    const auto read = read_trace(dir / "t.safetensors");
    ASSERT_TRUE(read) << read.error().message;
    expect_as_stored(*read, stored);
}

// W4A16 leaves inputs alone; the hardware has to have them in some format.
TEST_F(PackedTrace, InputsGetTheFormatOfTheCheckpointOrOfItsWeights) {
    const auto input_format = [&](Layout layout, Encoder encoder, std::optional<Format> inputs,
                                  const TraceOptions& options = {}) {
        const auto folder = dir / std::to_string(++folders_);
        write(layout, encoder, folder, inputs);
        auto stored = open(folder);
        const auto trace = make_packed_trace(stored, nullptr, options);
        EXPECT_TRUE(trace) << trace.error().message;
        return trace->ops[0].a.format;
    };
    EXPECT_EQ(input_format(Layout::modelopt, Encoder::nv, {}), Format::nvfp4);
    EXPECT_EQ(input_format(Layout::razer, Encoder::razer_paper, {}), Format::razer_a);
    EXPECT_EQ(input_format(Layout::razer, Encoder::razer_paper, Format::nvfp4), Format::nvfp4);
    EXPECT_EQ(input_format(Layout::modelopt, Encoder::nv, Format::nvfp4,
                           {.activations = OperandFormat{Format::razer_a}}),
              Format::razer_a);
}

TEST_F(PackedTrace, CapturedInputsGoThroughTheStoredScale) {
    write(Layout::modelopt, Encoder::nv, out, Format::nvfp4);
    auto stored = open(out);
    const auto activations = captured(4);
    const auto trace = make_packed_trace(stored, &activations, {.tokens = 4, .layers = {1}});
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace->source, Source::packed_checkpoint);
    EXPECT_EQ(trace->ops[0].name, "q");
    const auto linear = stored.linear(7);
    ASSERT_TRUE(linear && linear->input_scale);
    EXPECT_EQ(trace->ops[0].a.tensor_scale.to_float(), linear->input_scale->multiplier.value);

    // Without a stored scale that of the calibration set's amax.
    write(Layout::modelopt, Encoder::nv, dir / "w4a16");
    auto weights_only = open(dir / "w4a16");
    const auto other = make_packed_trace(weights_only, &activations, {.tokens = 4, .layers = {1}});
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_EQ(other->ops[0].a.tensor_scale.to_float(),
              tensor_scale_of(Encoder::nv, Format::nvfp4, 3.0f).multiplier.value);
    const auto too_many = make_packed_trace(stored, &activations, {.tokens = 5});
    ASSERT_FALSE(too_many);
    EXPECT_NE(too_many.error().message.find("at most the 4 captured"), std::string::npos);
}

TEST_F(PackedTrace, WhatIsNotStoredIsRefused) {
    write(Layout::modelopt, Encoder::nv, out);
    auto stored = open(out);
    const auto format =
        make_packed_trace(stored, nullptr, {.weights = OperandFormat{Format::razer_w}});
    ASSERT_FALSE(format);
    EXPECT_NE(format.error().message.find("nvfp4, which 'model.layers.0.self_attn.q_proj'"),
              std::string::npos)
        << format.error().message;
    EXPECT_FALSE(make_packed_trace(stored, nullptr, {.layers = {2}}));
    EXPECT_FALSE(make_packed_trace(stored, nullptr, {.ops = {"x"}}));
    EXPECT_FALSE(make_packed_trace(stored, nullptr, {.tokens = 0}));
}

} // namespace
} // namespace fp4::traces
