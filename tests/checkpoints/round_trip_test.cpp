// What is read back is what was written, and writing it again gives the same bytes.
#include "fp4/checkpoints/compare.hpp"
#include "tiny_model.hpp"

namespace fp4::checkpoints {
namespace {

struct Case {
    Layout layout;
    Encoder encoder;
    std::optional<Format> inputs;
};

class RoundTrip : public TinyModel, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(All, RoundTrip,
                         testing::Values(Case{Layout::compressed_tensors, Encoder::ct, {}},
                                         Case{Layout::compressed_tensors, Encoder::ct_bf16,
                                              Format::nvfp4},
                                         Case{Layout::modelopt, Encoder::modelopt, {}},
                                         Case{Layout::modelopt, Encoder::nv, Format::nvfp4},
                                         Case{Layout::razer, Encoder::razer_paper, {}},
                                         Case{Layout::razer, Encoder::razer_rne, Format::nvfp4},
                                         Case{Layout::razer, Encoder::razer_head, Format::razer_a}),
                         [](const auto& tested) {
                             auto name = std::string(spec_of(tested.param.layout).name) + "_" +
                                         std::string(spec_of(tested.param.encoder).name) +
                                         (tested.param.inputs ? "_w4a4" : "_w4a16");
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST_P(RoundTrip, SameModelAndSameBytes) {
    const auto [layout, encoder, inputs] = GetParam();
    write(layout, encoder, out, inputs);
    auto model = encoded(encoder);
    ChangedModel expected(model, inputs.has_value(), [&](QuantizedLinear& linear) {
        if (inputs) add_inputs(linear, *inputs);
    });
    auto read = open(out);
    EXPECT_EQ(read.layout(), layout);
    for (size_t i = 0; i < read.linears().size(); ++i) EXPECT_EQ(read.activations(i), inputs);
    EXPECT_TRUE(read.warnings().empty()) << read.warnings().front();
    const auto compared = compare_models(expected, read);
    ASSERT_TRUE(compared) << compared.error().message;
    EXPECT_TRUE(compared->equal())
        << (compared->first ? describe(*compared->first) : "plain tensors");
    ASSERT_EQ(compared->linears.size(), 14u);
    for (size_t i = 0; i < 14; ++i) EXPECT_EQ(read.linears()[i].name, model.linears()[i].name);

    const auto again = write_checkpoint(layout, read, dir / "again");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->scale_round_trip_ulps, 0u);
    EXPECT_EQ(folder_bytes(dir / "again"), folder_bytes(out));
}

TEST_P(RoundTrip, ScalesOfRows) {
    const auto [layout, encoder, inputs] = GetParam();
    auto model = encoded(encoder);
    ChangedModel expected(model, inputs.has_value(), [&](QuantizedLinear& linear) {
        if (inputs) add_inputs(linear, *inputs);
        add_row_scales(linear);
    });
    ASSERT_FALSE(write_checkpoint(layout, expected, out)); // not announced
    expected.announce_row_scales();
    const auto written = write_checkpoint(layout, expected, out);
    ASSERT_TRUE(written) << written.error().message;
    auto read = open(out);
    EXPECT_TRUE(read.warnings().empty()) << read.warnings().front();
    const auto same = compare_models(expected, read);
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_EQ(same->equal(), written->scale_round_trip_ulps == 0);
    const auto again = write_checkpoint(layout, read, dir / "again");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(folder_bytes(dir / "again"), folder_bytes(out));

    // One scale of one row, where both sides store the number that is compared.
    ChangedModel other(read, inputs.has_value(), [](QuantizedLinear& linear) {
        if (linear.name != "model.layers.1.mlp.up_proj") return;
        std::vector<TensorScale> scales(linear.row_scales);
        const float number = number_of(scales[3], linear.exact);
        scales[3] = stored_scale(linear.exact, std::nextafter(number, 1.0f));
        linear.set_scales(scales);
    });
    other.announce_row_scales();
    const auto compared = compare_models(read, other);
    ASSERT_TRUE(compared) << compared.error().message;
    ASSERT_TRUE(compared->first);
    EXPECT_EQ(compared->first->part, DifferentPart::tensor_scale);
    EXPECT_EQ(compared->first->linear, "model.layers.1.mlp.up_proj");
    EXPECT_EQ(compared->first->row, 3u);
}

TEST_F(TinyModel, ShardsHoldTheSameTensors) {
    const auto whole = write(Layout::modelopt, Encoder::modelopt, out);
    EXPECT_EQ(whole.weight_files, std::vector<std::string>{"model.safetensors"});
    for (const uint64_t max_bytes : {1u, 10'000u, 20'000u}) {
        const auto folder = dir / std::to_string(max_bytes);
        const auto report =
            write(Layout::modelopt, Encoder::modelopt, folder, {}, {.max_shard_bytes = max_bytes});
        const size_t count = report.weight_files.size();
        ASSERT_GT(count, 1u);
        EXPECT_EQ(report.weight_bytes, whole.weight_bytes);
        StoredTensors tensors;
        uint64_t largest = 0;
        for (size_t i = 0; i < count; ++i) {
            char name[64];
            std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", i + 1, count);
            EXPECT_EQ(report.weight_files[i], name);
            uint64_t bytes = 0;
            for (auto& [tensor, data] : read_tensors(folder / name)) {
                bytes += data.bytes.size();
                EXPECT_TRUE(tensors.emplace(tensor, data).second);
            }
            largest = std::max(largest, bytes);
        }
        EXPECT_LE(largest, std::max<uint64_t>(
                               max_bytes, 4096)); // one tensor or one linear where that is larger
        const auto single = read_tensors(out / "model.safetensors");
        ASSERT_EQ(tensors.size(), single.size());
        for (const auto& [name, tensor] : single)
            EXPECT_EQ(tensors.at(name).bytes, tensor.bytes) << name;
        auto a = open(out), b = open(folder);
        EXPECT_TRUE(compare_models(a, b)->equal());
        EXPECT_TRUE(test::read_file(folder / "model.safetensors.index.json")
                        .find("\"total_size\": " + std::to_string(whole.weight_bytes)) !=
                    std::string::npos);
    }
}

TEST_F(TinyModel, ConversionKeepsCodesAndBlockScales) {
    write(Layout::compressed_tensors, Encoder::ct, out, Format::nvfp4);
    const auto there = convert_checkpoint(out, Layout::modelopt, dir / "modelopt");
    ASSERT_TRUE(there) << there.error().message;
    const auto back =
        convert_checkpoint(dir / "modelopt", Layout::compressed_tensors, dir / "back");
    ASSERT_TRUE(back) << back.error().message;

    const auto first = read_tensors(out / "model.safetensors"),
               middle = read_tensors(dir / "modelopt/model.safetensors"),
               last = read_tensors(dir / "back/model.safetensors");
    ASSERT_EQ(first.size(), last.size());
    const auto bits = [](const StoredTensor& tensor) {
        uint32_t value;
        std::memcpy(&value, tensor.bytes.data(), 4);
        return value;
    };
    uint32_t ulps = 0;
    for (const auto& [name, tensor] : first) {
        EXPECT_EQ(last.at(name).shape, tensor.shape);
        if (!name.ends_with("global_scale")) {
            EXPECT_EQ(last.at(name).bytes, tensor.bytes) << name;
            continue;
        }
        const auto a = bits(tensor), b = bits(last.at(name));
        ulps = std::max(ulps, a > b ? a - b : b - a);
        const auto module = name.substr(0, name.rfind('.'));
        const auto& inverse = middle.at(
            module + (name.ends_with(".weight_global_scale") ? ".weight_scale_2" : ".input_scale"));
        EXPECT_EQ(inverse.shape, std::vector<uint64_t>{});
        EXPECT_EQ(bits(inverse), std::bit_cast<uint32_t>(1.0f / std::bit_cast<float>(a))) << name;
    }
    EXPECT_EQ(there->scale_round_trip_ulps, ulps);
    EXPECT_LE(ulps, 1u);
    const auto razer = convert_checkpoint(out, Layout::razer, dir / "razer");
    ASSERT_FALSE(razer);
    EXPECT_FALSE(std::filesystem::exists(dir / "razer"));
}

TEST_F(TinyModel, RoundTripOfAScaleIsCounted) {
    // A number that is not the inverse of its inverse.
    uint32_t a = 0x3A000001;
    const auto inverse_twice = [](uint32_t bits) {
        return std::bit_cast<uint32_t>(1.0f / (1.0f / std::bit_cast<float>(bits)));
    };
    while (inverse_twice(a) == a) ++a;
    const uint32_t b = inverse_twice(a);
    const auto multiplier = std::bit_cast<float>(a);
    auto model = encoded(Encoder::nv);
    ChangedModel changed(model, false, [&](QuantizedLinear& linear) {
        linear.scale = stored_scale(TensorScaleKind::multiplier, multiplier);
        linear.weight.tensor_scale = Fp32::from_float(multiplier);
    });
    const auto report = write_checkpoint(Layout::compressed_tensors, changed, out);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->scale_round_trip_ulps, a > b ? a - b : b - a);
}

TEST_F(TinyModel, SpecialValuesOfSingleModules) {
    auto model = encoded(Encoder::razer_paper, {.specials = {10, 14}, .e3m3_max = 30});
    ChangedModel changed(model, false, [](QuantizedLinear& linear) {
        if (linear.name.ends_with("down_proj")) linear.weight.specials.v2_halves = 18;
    });
    const auto report = write_checkpoint(Layout::razer, changed, out);
    ASSERT_TRUE(report) << report.error().message;
    auto read = open(out);
    const auto compared = compare_models(changed, read);
    ASSERT_TRUE(compared);
    EXPECT_TRUE(compared->equal()) << describe(*compared->first);
    EXPECT_EQ(read.quantization().specials, (Specials{10, 14}));
    EXPECT_EQ(read.linear(6)->weight.specials, (Specials{10, 18}));
    EXPECT_EQ(read.linear(6)->e3m3_max, 30);
}

TEST_F(TinyModel, ReadWithoutMapping) {
    write(Layout::razer, Encoder::razer_paper, out);
    auto mapped = open(out), read = open(out, {.access = io::FileAccess::read});
    EXPECT_TRUE(compare_models(mapped, read)->equal());
}

} // namespace
} // namespace fp4::checkpoints
