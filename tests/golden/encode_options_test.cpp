// What encode() makes of its options: encoder names, non-finite values, padding, a given tensor
// scale.
#include <gtest/gtest.h>

#include <cfloat>

#include "encode_blocks.hpp"
#include "fp4/formats/decode.hpp"
#include "slow_encode.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

std::string message(const Result<PackedTensor>& result) {
    return result ? std::string("no error") : result.error().message;
}

struct Made {
    Encoder encoder;
    Format format;
};

std::vector<Made> all_encoders() {
    std::vector<Made> list;
    for (const EncoderSpec& spec : encoder_specs)
        for (Format format : all_formats)
            if (spec.makes(format)) list.push_back({*encoder_from_name(spec.name), format});
    return list;
}

TEST(EncoderTable, NamesAndFormats) {
    std::vector<std::string> names;
    for (const EncoderSpec& spec : encoder_specs) names.emplace_back(spec.name);
    // Their numbers in the C interface: new encoders come after these.
    ASSERT_GE(names.size(), 19u);
    names.resize(19);
    EXPECT_EQ(names,
              (std::vector<std::string>{"nv", "razer-paper", "ocp", "te", "vllm", "ct", "ct-bf16",
                                        "modelopt", "torchao", "fouroversix-6", "fouroversix",
                                        "ggml", "razer-head", "razer-fork", "razer-rne", "mse",
                                        "fouroversix-448", "ocp-ceil", "ocp-even"}));
    EXPECT_EQ(spec_of(Encoder::fouroversix_448).name, "fouroversix-448");
    EXPECT_FALSE(encoder_from_name("NV"));
    EXPECT_EQ(default_encoder(Format::mxfp4), Encoder::ocp);
    EXPECT_EQ(default_encoder(Format::razer_cuda), std::nullopt);
}

TEST(EncodeOptions, AnEncoderThatDoesNotMakeTheFormat) {
    const std::vector<float> x(32, 1.0f);
    for (const EncoderSpec& spec : encoder_specs)
        for (Format format : all_formats) {
            if (spec.makes(format)) continue;
            const auto result =
                encode(x, 1, 32, {.format = format, .encoder = encoder_from_name(spec.name)}, "w");
            ASSERT_EQ(message(result), "w: format " + std::string(spec_of(format).name) +
                                           ": not made by encoder " + std::string(spec.name));
            ASSERT_EQ(result.error().code, ErrorCode::bad_argument);
        }
    EXPECT_EQ(message(encode(x, 1, 32, {.format = Format::rzr4}, "w")),
              "w: format rzr4: only decoded, no encoder makes it");
}

TEST(EncodeOptions, OptionsOutsideTheirRange) {
    const std::vector<float> x(32, 1.0f);
    EXPECT_EQ(message(encode(x, 1, 32, {.format = Format::razer_w, .e3m3_max = 29}, "w")),
              "w: e3m3_max: expected 28 or 30, found 29");
    EXPECT_EQ(message(encode(x, 1, 32, {.pad = PadPolicy::zero, .k_multiple = 24}, "w")),
              "w: k_multiple: expected a multiple of 16 up to 4096, found 24");
    EXPECT_EQ(message(encode(x, 1, 32, {.pad = PadPolicy::zero, .k_multiple = 4112}, "w")),
              "w: k_multiple: expected a multiple of 16 up to 4096, found 4112");
    EXPECT_EQ(message(encode(x, 2, 16, {.format = Format::mxfp4}, "w")),
              "w: K: expected a multiple of 32, found 16");
    EXPECT_EQ(message(encode({}, 0, UINT64_MAX, {.pad = PadPolicy::zero}, "w")),
              "w: K: 18446744073709551615 cannot be extended to a multiple of 16");
    for (float bad : {0.0f, -1.0f, 0x1p-127f, INFINITY}) {
        const std::string found = bad == 0          ? "0"
                                  : bad == -1       ? "-1"
                                  : bad == INFINITY ? "inf"
                                                    : "5.877472e-39";
        EXPECT_EQ(
            message(encode(x, 1, 32, {.tensor_scale = TensorScale{.multiplier = {bad}}}, "w")),
            "w: tensor scale: expected a positive normal number, found " + found);
        EXPECT_EQ(
            message(encode(x, 1, 32,
                           {.encoder = Encoder::ct, .tensor_scale = TensorScale{.divisor = {bad}}},
                           "w")),
            "w: tensor scale: expected a positive normal number, found " + found);
    }
    EXPECT_EQ(message(encode(
                  x, 1, 32,
                  {.encoder = Encoder::ggml, .tensor_scale = TensorScale{.multiplier = {2}}}, "w")),
              "w: tensor scale: expected 1, which encoder ggml has, found 2");
    EXPECT_EQ(
        message(encode(
            x, 1, 32,
            {.encoder = Encoder::te, .tensor_scale = TensorScale{.multiplier = {nan_value}}}, "w")),
        "no error"); // te uses the divisor
}

TEST(EncodeOptions, ZeroTensorsOfEveryEncoder) {
    const std::vector<float> x(64, 0.0f);
    for (const auto& [encoder, format] : all_encoders()) {
        const auto tensor = encode(x, 1, 64, {.format = format, .encoder = encoder}, "w");
        ASSERT_TRUE(tensor);
        const bool ct = encoder == Encoder::ct || encoder == Encoder::ct_bf16;
        const bool te = encoder == Encoder::te || encoder == Encoder::te_ue5m3;
        const int zero_block = te || spec_of(encoder).kind == EncoderKind::sweep ? 0x00
                               : row_of(format).zero_block >= 0 ? row_of(format).zero_block
                               : ct                             ? 0x20
                               : encoder == Encoder::modelopt   ? 0x38
                               : encoder == Encoder::torchao    ? 0x08
                                                                : 0x00;
        EXPECT_EQ(tensor->tensor_scale.bits, 0x3F800000u) << spec_of(encoder).name;
        EXPECT_EQ(tensor->codes, std::vector<uint8_t>(32, 0)) << spec_of(encoder).name;
        for (size_t i = 0; i < tensor->scales.size() / tensor->scale_bytes(1); ++i)
            EXPECT_EQ(tensor->scale_record(i), static_cast<ScaleRecord>(zero_block))
                << spec_of(encoder).name;
    }
}

// A NaN is 0x7 whatever its sign. An infinity makes the scales that the largest float makes; its
// code is 0x7 or that of its negative, also where another code is nearer to the largest float (4/6,
// ocp-ceil, ocp-even) or all are equally far (ggml).
TEST(EncodeOptions, SaturatedValuesOfEveryEncoder) {
    int others = 0;
    for (const auto& [encoder, format] : all_encoders()) {
        const auto name = spec_of(encoder).name;
        std::vector<float> x(64, 1.0f), finite(64, 1.0f);
        for (size_t i = 0; i < 16; ++i) x[i] = finite[i] = FLT_MAX / static_cast<float>(1 << i % 4);
        x[0] = INFINITY, x[40] = -INFINITY, finite[0] = FLT_MAX, finite[40] = -FLT_MAX;
        const EncodeOptions options{
            .format = format, .encoder = encoder, .nonfinite = NonfinitePolicy::saturate};
        EXPECT_EQ(message(encode(x, 1, 64, {.format = format, .encoder = encoder}, "w")),
                  "w: expected finite values, found infinity at row 0, column 0 (index 0)")
            << name;
        auto tensor = encode(x, 1, 64, options, "w");
        ASSERT_TRUE(tensor);
        const auto expected = encode(finite, 1, 64, options, "w");
        EXPECT_EQ(tensor->scales, expected->scales) << name;
        EXPECT_EQ(tensor->tensor_scale, expected->tensor_scale) << name;
        const ScaleRecord record_40 =
            tensor->scale_record(40 / static_cast<size_t>(spec_of(format).block));
        const int negative_7 =
            slow::negative_code(7, lanes_under(row_of(format), static_cast<int>(record_40 & 0xFF)));
        for (size_t i = 0; i < 64; ++i)
            EXPECT_EQ(packed_code(tensor->codes, i).code,
                      i == 0    ? 0x7
                      : i == 40 ? negative_7
                                : packed_code(expected->codes, i).code)
                << name << " " << i;
        others += packed_code(expected->codes, 0).code != 0x7;

        x = std::vector<float>(64, 1.0f);
        for (size_t i = 0; i < 32; ++i) x[i] = static_cast<float>(i) * 0.2f - 3;
        auto without = x;
        x[3] = nan_value, x[17] = -nan_value, without[3] = without[17] = 0;
        tensor = encode(x, 1, 64, options, "w");
        ASSERT_TRUE(tensor);
        const auto rest = encode(without, 1, 64, options, "w");
        EXPECT_EQ(tensor->scales, rest->scales) << name;
        EXPECT_EQ(tensor->tensor_scale, rest->tensor_scale) << name;
        for (size_t i = 0; i < 64; ++i)
            EXPECT_EQ(packed_code(tensor->codes, i).code,
                      i == 3 || i == 17 ? 0x7 : packed_code(rest->codes, i).code)
                << name << " " << i;
    }
    EXPECT_GE(others, 4);
}

TEST(EncodeOptions, ATensorOfNans) {
    const std::vector<float> x(32, nan_value);
    const auto tensor = encode(x, 1, 32, {.nonfinite = NonfinitePolicy::saturate}, "w");
    ASSERT_TRUE(tensor);
    EXPECT_EQ(tensor->scales, (std::vector<uint8_t>{0, 0}));
    EXPECT_EQ(tensor->codes, std::vector<uint8_t>(16, 0x77));
    EXPECT_EQ(tensor->tensor_scale.bits, 0x3F800000u);
}

// 3 rows of 21 to K = 64: a whole block, a block of 5 and 11 padding elements, and blocks of
// padding alone, whose scale byte is 0x00.
TEST(EncodeOptions, PaddingOfEveryEncoder) {
    Rng rng(260);
    for (const auto& [encoder, format] : all_encoders())
        for (uint64_t multiple : {0, 64}) {
            const auto name = spec_of(encoder).name;
            const auto block = static_cast<uint64_t>(spec_of(format).block),
                       padded_k = multiple ? multiple : std::max<uint64_t>(block, 32);
            std::vector<float> x(3 * 21), extended;
            for (float& value : x) value = rng.uniform(1);
            for (size_t i = 0; i < x.size(); ++i) {
                extended.push_back(x[i]);
                if (i % 21 == 20) extended.resize(extended.size() + padded_k - 21);
            }
            EXPECT_EQ(message(encode(x, 3, 21, {.format = format, .encoder = encoder}, "w")),
                      "w: K: expected a multiple of " + std::to_string(block) + ", found 21");
            const auto tensor = encode(x, 3, 21,
                                       {.format = format,
                                        .encoder = encoder,
                                        .pad = PadPolicy::zero,
                                        .k_multiple = multiple},
                                       "w");
            ASSERT_TRUE(tensor);
            ASSERT_EQ(tensor->k, padded_k);
            ASSERT_TRUE(check_shape(*tensor, "w"));
            const auto whole =
                encode(extended, 3, padded_k, {.format = format, .encoder = encoder}, "w");
            EXPECT_EQ(tensor->codes, whole->codes) << name;
            EXPECT_EQ(tensor->tensor_scale, whole->tensor_scale) << name;
            for (uint64_t row = 0; row < 3; ++row)
                for (uint64_t k = 0; k < padded_k; ++k) {
                    const uint64_t i = (row * padded_k + k) / block;
                    ASSERT_TRUE(k < 21 || packed_code(tensor->codes, row * padded_k + k).code == 0)
                        << name;
                    ASSERT_EQ(tensor->scale_record(i),
                              k / block * block >= 21 ? 0 : whole->scale_record(i))
                        << name;
                }
        }
}

TEST(EncodeOptions, PaddingNeverShortens) {
    const std::vector<float> x(3 * 80, 1.0f);
    EXPECT_EQ(encode(x, 3, 80, {.pad = PadPolicy::zero}, "w")->k, 80u);
    EXPECT_EQ(encode(x, 3, 80, {.pad = PadPolicy::zero, .k_multiple = 64}, "w")->k, 128u);
    EXPECT_EQ(encode(x, 3, 80, {.k_multiple = 64}, "w")->k, 80u); // without the policy
    EXPECT_EQ(message(encode({}, 0, 0, {.pad = PadPolicy::zero}, "w")),
              "w: K: expected a multiple of 16, found 0");
}

// Two tensors that share a scale, as fused projections do: each is encoded under the scale of both.
TEST(EncodeOptions, AGivenTensorScaleIsUsed) {
    Rng rng(261);
    for (const auto& [encoder, format] : all_encoders()) {
        std::vector<float> both(128);
        for (float& value : both) value = rng.uniform(1);
        both[100] = 1.7f;
        const EncodeOptions own{.format = format, .encoder = encoder};
        EncodeOptions given = own;
        given.tensor_scale = tensor_scale_of(encoder, format, *finite_amax(both, 64, "w"));
        const auto whole = encode(both, 2, 64, own, "w");
        const auto first = encode(std::span(both).first(64), 1, 64, given, "w"),
                   second = encode(std::span(both).subspan(64), 1, 64, given, "w");
        ASSERT_TRUE(whole && first && second);
        EXPECT_EQ(first->tensor_scale, whole->tensor_scale);
        auto codes = first->codes, scales = first->scales;
        codes.insert(codes.end(), second->codes.begin(), second->codes.end());
        scales.insert(scales.end(), second->scales.begin(), second->scales.end());
        EXPECT_EQ(codes, whole->codes) << spec_of(encoder).name;
        EXPECT_EQ(scales, whole->scales) << spec_of(encoder).name;
        const bool differs =
            encode(std::span(both).first(64), 1, 64, own, "w")->tensor_scale != whole->tensor_scale;
        EXPECT_EQ(differs, spec_of(encoder).tensor_scale.kind != TensorScaleKind::one)
            << spec_of(encoder).name;
    }
}

TEST(BlockEncoder, EncodesOneBlockOfATensor) {
    Rng rng(262);
    for (const auto& [encoder, format] : all_encoders()) {
        const auto block = static_cast<size_t>(spec_of(format).block);
        std::vector<float> x(4 * 64);
        for (float& value : x) value = std::ldexp(rng.uniform(1), rng.between(-6, 0));
        const Specials specials{9, 15};
        const auto tensor = encode(
            x, 4, 64, {.format = format, .encoder = encoder, .specials = specials, .e3m3_max = 30},
            "w");
        ASSERT_TRUE(tensor);
        const auto tensor_scale = tensor_scale_of(encoder, format, *finite_amax(x, 64, "w"), 30);
        const auto block_encoder = fp4::block_encoder(
            {.format = format, .encoder = encoder, .specials = specials, .e3m3_max = 30}, "w");
        ASSERT_TRUE(block_encoder);
        EXPECT_EQ(block_encoder->encoder(), encoder);
        EXPECT_EQ(block_encoder->format(), format);
        std::vector<uint8_t> codes(block);
        for (size_t i = 0; i < x.size() / block; ++i) {
            ASSERT_EQ(block_encoder->encode_block(std::span(x).subspan(i * block, block),
                                                  tensor_scale, codes),
                      tensor->scale_record(i))
                << spec_of(encoder).name;
            for (size_t j = 0; j < block; ++j)
                ASSERT_EQ(codes[j], packed_code(tensor->codes, i * block + j).code)
                    << spec_of(encoder).name;
        }
    }
}

} // namespace
} // namespace fp4
