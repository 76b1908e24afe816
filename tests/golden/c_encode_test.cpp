#include <limits>

#include "c_calls.hpp"
#include "fp4/encode/encode.hpp"

namespace fp4 {
namespace {

using namespace test;

std::vector<float> random_values(Rng& rng, size_t count) {
    std::vector<float> x(count);
    for (float& value : x)
        value = rng.one_in(8) ? 0.0f : rng.uniform(rng.one_in(4) ? 100.0f : 1.0f);
    return x;
}

TEST(CEncode, TensorsOfEveryEncoderAndFormat) {
    Rng rng(310);
    int made = 0;
    for (int32_t encoder = FP4_ENCODER_DEFAULT; encoder < fp4_encoder_count();
         encoder += encoder == FP4_ENCODER_DEFAULT ? 2 : 1)
        for (Format format : all_formats) {
            if (encoder == FP4_ENCODER_DEFAULT
                    ? !default_encoder(format)
                    : !encoder_specs[static_cast<size_t>(encoder)].makes(format))
                continue;
            ++made;
            const uint64_t rows = 5, k = 128;
            const auto x = random_values(rng, rows * k);
            const fp4_encode_options options = encode_options_of(format, {14, 18}, encoder);
            EncodeOptions expected_options{.format = format, .specials = {14, 18}};
            if (encoder >= 0) expected_options.encoder = static_cast<Encoder>(encoder);
            const auto expected = encode(x, rows, k, expected_options, "x");
            ASSERT_TRUE(expected);
            std::vector<uint8_t> codes(expected->codes.size()), scales(expected->scales.size());
            uint32_t tensor_scale_bits = 0;
            expect_done([&](fp4_error* error) {
                return fp4_encode(&options, x.data(), rows, k, codes.data(), scales.data(),
                                  &tensor_scale_bits, error);
            });
            EXPECT_EQ(codes, expected->codes);
            EXPECT_EQ(scales, expected->scales);
            EXPECT_EQ(tensor_scale_bits, expected->tensor_scale.bits);

            // Blocks under that tensor scale are the tensor's.
            const auto block = static_cast<size_t>(spec_of(format).block);
            for (size_t i = 0; i < x.size() / block; ++i) {
                std::vector<uint8_t> block_codes(block / 2), scale(expected->scale_bytes(1));
                const auto* values = x.data() + i * block;
                expect_done([&](fp4_error* error) {
                    return fp4_encode_block(&options, values, tensor_scale_bits, block_codes.data(),
                                            scale.data(), error);
                });
                ASSERT_TRUE(std::ranges::equal(
                    scale, std::span(scales).subspan(expected->scale_bytes(i), scale.size())))
                    << i;
                ASSERT_TRUE(std::equal(block_codes.begin(), block_codes.end(),
                                       codes.begin() + static_cast<ptrdiff_t>(i * block / 2)))
                    << i;
            }
        }
    EXPECT_GE(made, 41); // what there was when this was written; more come with more rows
}

TEST(CEncode, BlocksUnderOtherTensorScales) {
    Rng rng(311);
    for (int i = 0; i < 300; ++i) {
        const auto x = random_values(rng, 16);
        const auto values = std::span<const float, 16>(x.data(), 16);
        const float tensor_scale = std::bit_cast<float>(rng.fp32_bits(-20, 20) & 0x7FFFFFFF);
        for (Format format : {Format::nvfp4, Format::razer_w, Format::razer_a}) {
            const Specials specials{10, 16};
            const Encoder encoder = *default_encoder(format);
            std::array<uint8_t, 16> expected{};
            const ScaleRecord expected_scale =
                BlockEncoder(encoder, format, specials)
                    .encode_block(x,
                                  tensor_scale_of(encoder, format, TensorMultiplier{tensor_scale}),
                                  expected);
            const fp4_encode_options options = encode_options_of(format, specials);
            std::array<uint8_t, 8> codes{};
            uint8_t scale = 0;
            ASSERT_EQ(fp4_encode_block(&options, x.data(), std::bit_cast<uint32_t>(tensor_scale),
                                       codes.data(), &scale, nullptr),
                      FP4_OK);
            ASSERT_EQ(scale, expected_scale);
            for (size_t k = 0; k < 16; ++k)
                ASSERT_EQ(codes[k / 2] >> (k % 2 * 4) & 15, expected[k]);
        }
    }
}

TEST(CEncode, NullOptionsAreTheInitializer) {
    Rng rng(312);
    const auto x = random_values(rng, 32);
    const fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
    std::array<uint8_t, 16> with{}, without{};
    std::array<uint8_t, 2> scales_with{}, scales_without{};
    uint32_t bits_with = 0, bits_without = 1;
    ASSERT_EQ(
        fp4_encode(&options, x.data(), 2, 16, with.data(), scales_with.data(), &bits_with, nullptr),
        FP4_OK);
    ASSERT_EQ(fp4_encode(nullptr, x.data(), 2, 16, without.data(), scales_without.data(),
                         &bits_without, nullptr),
              FP4_OK);
    EXPECT_EQ(with, without);
    EXPECT_EQ(scales_with, scales_without);
    EXPECT_EQ(bits_with, bits_without);
}

class CEncodeErrors : public testing::Test {
  protected:
    std::vector<float> x = std::vector<float>(32, 1.0f);
    std::array<uint8_t, 16> codes{};
    std::array<uint8_t, 2> scales{};
    uint32_t tensor_scale_bits = 7;

    void refused(const fp4_encode_options& options, uint64_t rows, uint64_t k, fp4_status status,
                 const std::string& message) {
        expect_refused(
            [&](fp4_error* error) {
                return fp4_encode(&options, x.data(), rows, k, codes.data(), scales.data(),
                                  &tensor_scale_bits, error);
            },
            status, message);
        EXPECT_EQ(tensor_scale_bits, 7u) << "an output of a failed call";
    }
    void block_refused(const fp4_encode_options& options, uint32_t bits, fp4_status status,
                       const std::string& message) {
        expect_refused(
            [&](fp4_error* error) {
                return fp4_encode_block(&options, x.data(), bits, codes.data(), scales.data(),
                                        error);
            },
            status, message);
    }
};

TEST_F(CEncodeErrors, Pointers) {
    const auto call = [&](const float* values, uint8_t* c, uint8_t* s, uint32_t* t) {
        return [=](fp4_error* error) { return fp4_encode(nullptr, values, 2, 16, c, s, t, error); };
    };
    expect_refused(call(nullptr, codes.data(), scales.data(), &tensor_scale_bits), FP4_BAD_ARGUMENT,
                   "x: expected a pointer, found NULL");
    expect_refused(call(x.data(), nullptr, scales.data(), &tensor_scale_bits), FP4_BAD_ARGUMENT,
                   "codes: expected a pointer, found NULL");
    expect_refused(call(x.data(), codes.data(), nullptr, &tensor_scale_bits), FP4_BAD_ARGUMENT,
                   "scales: expected a pointer, found NULL");
    expect_refused(call(x.data(), codes.data(), scales.data(), nullptr), FP4_BAD_ARGUMENT,
                   "tensor_scale_bits: expected a pointer, found NULL");
    const auto block = [&](const float* values, uint8_t* c, uint8_t* s) {
        return [=](fp4_error* error) {
            return fp4_encode_block(nullptr, values, 0x3F800000, c, s, error);
        };
    };
    expect_refused(block(nullptr, codes.data(), scales.data()), FP4_BAD_ARGUMENT,
                   "x: expected a pointer, found NULL");
    expect_refused(block(x.data(), nullptr, scales.data()), FP4_BAD_ARGUMENT,
                   "codes: expected a pointer, found NULL");
    expect_refused(block(x.data(), codes.data(), nullptr), FP4_BAD_ARGUMENT,
                   "scale: expected a pointer, found NULL");
}

TEST_F(CEncodeErrors, Shapes) {
    const fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
    refused(options, 0, 16, FP4_BAD_SHAPE, "x: expected at least one element, found 0 x 16");
    refused(options, 1, 0, FP4_BAD_SHAPE, "x: expected at least one element, found 1 x 0");
    refused(options, 1, 17, FP4_BAD_SHAPE, "x: K: expected a multiple of 16, found 17");
    refused(options, uint64_t{1} << 63, 2, FP4_BAD_SHAPE,
            "x: 9223372036854775808 x 2 elements are more than memory can hold"); // wraps to 0
    refused(options, uint64_t{1} << 57, 16, FP4_BAD_SHAPE,
            "x: 144115188075855872 x 16 elements are more than memory can hold");
}

TEST_F(CEncodeErrors, Options) {
    fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
    options.encoder = FP4_UNKNOWN; // what a misspelt name looks up as
    refused(options, 2, 16, FP4_BAD_ARGUMENT,
            "options.encoder: expected 0 to " + std::to_string(fp4_encoder_count() - 1) +
                ", found -1");
    options.encoder = FP4_ENCODER_RAZER_PAPER;
    refused(options, 2, 16, FP4_BAD_ARGUMENT, "x: format nvfp4: not made by encoder razer-paper");
    refused(encode_options_of(Format::rzr4, {10, 16}), 2, 16, FP4_BAD_ARGUMENT,
            "x: format rzr4: only decoded, no encoder makes it");
    refused(encode_options_of(Format::razer_w, {0, 16}), 2, 16, FP4_BAD_ARGUMENT,
            "x: V1: expected 1 to 31 half-units, found 0");
    refused(encode_options_of(Format::razer_w, {40, 16}), 2, 16, FP4_BAD_ARGUMENT,
            "options.operand.v1_halves: expected 0 to 31 half-units, found 40");
    block_refused(encode_options_of(Format::razer_w, {10, 0}), 0x3F800000, FP4_BAD_ARGUMENT,
                  "x: V2: expected 1 to 31 half-units, found 0");
    options = FP4_ENCODE_OPTIONS_INIT;
    options.operand.format = 77;
    refused(options, 2, 16, FP4_BAD_ARGUMENT,
            "options.operand.format: expected 0 to " + std::to_string(format_specs.size() - 1) +
                ", found 77");
    for (uint32_t size : {0u, 31u, 33u, 0xFFFFFFFFu}) {
        options = FP4_ENCODE_OPTIONS_INIT;
        options.size = size;
        refused(options, 2, 16, FP4_BAD_ARGUMENT,
                "options.size: expected 32 to 32, found " + std::to_string(size));
    }
}

TEST_F(CEncodeErrors, Values) {
    const fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
    x[3] = std::numeric_limits<float>::infinity();
    block_refused(options, 0x3F800000, FP4_NOT_FINITE,
                  "x: expected finite values, found infinity at row 0, column 3 (index 3)");
    x[3] = 0;
    x[17] = std::numeric_limits<float>::quiet_NaN();
    refused(options, 2, 16, FP4_NOT_FINITE,
            "x: expected finite values, found NaN at row 1, column 1 (index 17)");
}

} // namespace
} // namespace fp4
