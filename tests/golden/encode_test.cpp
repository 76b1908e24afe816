#include "fp4/encode/encode.hpp"

#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "slow_nvfp4.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

void expect_error(const Result<PackedTensor>& result, ErrorCode code, const std::string& message) {
    ASSERT_FALSE(result) << message;
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().message, message);
}

TEST(EncodeErrors, KIsAMultipleOf16) {
    for (uint64_t k : {0, 8, 17, 40})
        for (Format format : {Format::nvfp4, Format::razer_w, Format::razer_a})
            expect_error(encode(std::vector<float>(k, 1.0f), 1, k, {.format = format}, "wq"),
                         ErrorCode::bad_shape,
                         "wq: K: expected a multiple of 16, found " + std::to_string(k));
}

TEST(EncodeErrors, NumberOfValues) {
    for (size_t size : {0u, 16u, 63u, 65u, 96u})
        expect_error(encode(std::vector<float>(size, 1.0f), 2, 32, {.format = Format::nvfp4}, "wq"),
                     ErrorCode::bad_shape,
                     "wq: expected 2 rows of 32 values, found " + std::to_string(size) + " values");
}

TEST(EncodeErrors, TheFirstNanOrInfinityIsNamed) {
    for (Format format : {Format::nvfp4, Format::razer_w, Format::razer_a}) {
        std::vector<float> x(3 * 32, 1.0f);
        x[95] = nan_value;
        expect_error(encode(x, 3, 32, {.format = format}, "wq"), ErrorCode::not_finite,
                     "wq: expected finite values, found NaN at row 2, column 31 (index 95)");
        x[33] = -INFINITY;
        expect_error(encode(x, 3, 32, {.format = format}, "wq"), ErrorCode::not_finite,
                     "wq: expected finite values, found infinity at row 1, column 1 (index 33)");
        x[0] = nan_value;
        expect_error(encode(x, 3, 32, {.format = format}, "wq"), ErrorCode::not_finite,
                     "wq: expected finite values, found NaN at row 0, column 0 (index 0)");
    }
}

TEST(EncodeErrors, SpecialsFrom1To31) {
    const std::vector<float> x(16, 1.0f);
    for (uint8_t v : std::array<uint8_t, 3>{0, 32, 255}) {
        const std::string found = ": expected 1 to 31 half-units, found " + std::to_string(v);
        expect_error(encode(x, 1, 16, {.format = Format::razer_w, .specials = {v, 16}}, "wq"),
                     ErrorCode::bad_argument, "wq: V1" + found);
        expect_error(encode(x, 1, 16, {.format = Format::razer_w, .specials = {10, v}}, "wq"),
                     ErrorCode::bad_argument, "wq: V2" + found);
        expect_error(encode(x, 1, 16, {.format = Format::razer_a, .specials = {v, 16}}, "wq"),
                     ErrorCode::bad_argument, "wq: V1" + found);
    }
}

TEST(EncodeErrors, SpecialsThatTheFormatLacksDoNotMatter) {
    const std::vector<float> x(16, 1.0f);
    EXPECT_TRUE(encode(x, 1, 16, {.format = Format::nvfp4, .specials = {0, 0}}, "wq"));
    EXPECT_TRUE(encode(x, 1, 16, {.format = Format::razer_a, .specials = {10, 0}}, "wq"));
    EXPECT_TRUE(encode(x, 1, 16, {.format = Format::razer_w, .specials = {1, 31}}, "wq"));
}

TEST(FiniteAmax, IsTheLargestMagnitude) {
    const std::vector<float> x{1, -3, 2, -0.0f};
    EXPECT_EQ(*finite_amax(x, 2, "x"), 3.0f);
    EXPECT_EQ(*finite_amax({}, 2, "x"), 0.0f);
    EXPECT_EQ(*finite_amax(std::vector<float>{-0x1p-149f}, 1, "x"), 0x1p-149f);
}

TEST(TensorScale, IsAmaxOverSixTimesTheLargestBlockScale) {
    Rng rng(80);
    for (int i = 0; i < 2000; ++i) {
        const float amax = std::fabs(std::bit_cast<float>(rng.fp32_bits(-110, 127)));
        ASSERT_EQ(tensor_scale_for(Format::razer_w, amax), amax / 168.0f);
        ASSERT_EQ(tensor_scale_for(Format::razer_a, amax), amax / 2688.0f);
    }
    for (Format format : {Format::nvfp4, Format::razer_w, Format::razer_a}) {
        EXPECT_EQ(tensor_scale_for(format, 0), 1.0f);
        for (float tiny : {0x1p-149f, 0x1p-130f, 0x1p-120f})
            EXPECT_EQ(tensor_scale_for(format, tiny), 0x1p-126f) << tiny;
    }
}

TEST(Encode, AllZeroTensors) {
    const std::vector<float> x{std::vector<float>(64, -0.0f)};
    for (Format format : {Format::razer_w, Format::razer_a}) {
        const auto tensor = encode(x, 2, 32, {.format = format}, "wq");
        ASSERT_TRUE(tensor);
        EXPECT_EQ(tensor->tensor_scale.bits, 0x3F800000u);
        EXPECT_EQ(tensor->scales, std::vector<uint8_t>(4, format == Format::razer_w ? 0x01 : 0x81));
        EXPECT_EQ(tensor->codes, std::vector<uint8_t>(32, 0));
    }
}

// Blocks run along K in row-major order, element 2i in the low nibble of byte i, under the tensor's
// own scale; zero blocks and tiny tensors included.
TEST(Encode, ATensorIsItsBlocksInOrder) {
    Rng rng(81);
    for (Format format : {Format::nvfp4, Format::razer_w, Format::razer_a})
        for (int i = 0; i < 200; ++i) {
            const auto rows = static_cast<uint64_t>(rng.between(1, 3)),
                       k = static_cast<uint64_t>(16 * rng.between(1, 4));
            const Specials specials{static_cast<uint8_t>(rng.between(1, 31)),
                                    static_cast<uint8_t>(rng.between(1, 31))};
            const float size =
                std::ldexp(1.0f, i % 4 ? rng.between(-20, 20) : rng.between(-149, -115));
            std::vector<float> x;
            while (x.size() < rows * k) {
                const Block block =
                    rng.one_in(6) ? block_of({0.0f, -0.0f}, 0) : random_block(rng, size);
                x.insert(x.end(), block.begin(), block.end());
            }
            const auto tensor = encode(x, rows, k, {.format = format, .specials = specials}, "wq");
            ASSERT_TRUE(tensor);
            ASSERT_TRUE(check_shape(*tensor, "wq"));
            EXPECT_EQ(tensor->format, format);
            EXPECT_EQ(tensor->specials, specials);
            const float tensor_scale = tensor_scale_for(format, *finite_amax(x, k, "wq"));
            ASSERT_EQ(tensor->tensor_scale.bits, std::bit_cast<uint32_t>(tensor_scale));
            for (size_t b = 0; b < x.size() / 16; ++b) {
                const std::span<const float, 16> values(x.data() + b * 16, 16);
                const auto expected = format == Format::nvfp4
                                          ? slow::encode_public("nv", values, tensor_scale, 0)
                                      : format == Format::razer_w
                                          ? slow::encode_razer_w(values, tensor_scale, specials)
                                          : slow::encode_razer_a(values, tensor_scale, specials);
                ASSERT_EQ(tensor->scales[b], expected.scale_byte) << spec_of(format).name;
                for (size_t j = 0; j < 16; ++j)
                    ASSERT_EQ(tensor->codes[b * 8 + j / 2] >> (j % 2 * 4) & 15, expected.codes[j])
                        << spec_of(format).name << " " << j;
            }
        }
}

TEST(Encode, DefaultEncoders) {
    EXPECT_EQ(spec_of(*default_encoder(Format::nvfp4)).name, "nv");
    EXPECT_EQ(spec_of(*default_encoder(Format::razer_w)).name, "razer-paper");
    EXPECT_EQ(spec_of(*default_encoder(Format::razer_a)).name, "razer-paper");
}

} // namespace
} // namespace fp4
