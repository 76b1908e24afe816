// The options of fp4_encode and fp4_encode_block against those of encode().
#include <limits>

#include "c_calls.hpp"
#include "format_rows.hpp"
#include "fp4/encode/encode.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr uint64_t rows = 3, k = 128;

struct Made {
    fp4_encode_options c = FP4_ENCODE_OPTIONS_INIT;
    EncodeOptions cpp{};
    std::string name;
};

// Every encoder with every format that it makes, under both forms of the options.
std::vector<Made> all_made() {
    std::vector<Made> list;
    for (int32_t encoder = 0; encoder < fp4_encoder_count(); ++encoder)
        for (Format format : all_formats) {
            if (!fp4_encoder_makes(encoder, static_cast<fp4_format>(format))) continue;
            Made made;
            made.c = encode_options_of(format, {14, 18}, encoder);
            made.cpp = {
                .format = format, .encoder = static_cast<Encoder>(encoder), .specials = {14, 18}};
            made.name =
                std::string(fp4_encoder_name(encoder)) + " " + std::string(spec_of(format).name);
            list.push_back(made);
        }
    return list;
}

bool has_no_tensor_scale(const Made& made) {
    return spec_of(*made.cpp.encoder).tensor_scale.kind == TensorScaleKind::one;
}

std::vector<float> random_values(Rng& rng) {
    std::vector<float> x(rows * k);
    for (float& value : x) value = std::ldexp(rng.uniform(1), rng.between(-6, 3));
    return x;
}

// fp4_encode gives the bytes of encode() and the tensor scale's bits.
PackedTensor expect_encoded(const Made& made, const std::vector<float>& x) {
    const auto expected = encode(x, rows, k, made.cpp, "x");
    EXPECT_TRUE(expected) << expected.error().message;
    PackedTensor found = *expected;
    std::ranges::fill(found.codes, uint8_t{0xA5});
    std::ranges::fill(found.scales, uint8_t{0xA5});
    expect_done([&](fp4_error* error) {
        return fp4_encode(&made.c, x.data(), rows, k, found.codes.data(), found.scales.data(),
                          &found.tensor_scale.bits, error);
    });
    EXPECT_EQ(found.codes, expected->codes) << made.name;
    EXPECT_EQ(found.scales, expected->scales) << made.name;
    EXPECT_EQ(found.tensor_scale, expected->tensor_scale) << made.name;
    return found;
}

// fp4_encode_block gives the blocks of a tensor; nothing is written behind its outputs.
void expect_blocks(const Made& made, const std::vector<float>& x, const PackedTensor& tensor) {
    const auto block = static_cast<size_t>(spec_of(tensor.format).block);
    const size_t scale_bytes = tensor.scale_bytes(1);
    for (size_t i = 0; i < x.size() / block; ++i) {
        std::array<uint8_t, 33> codes;
        codes.fill(0xA5);
        std::array<uint8_t, 5> scale;
        scale.fill(0xA5);
        expect_done([&](fp4_error* error) {
            return fp4_encode_block(&made.c, x.data() + i * block, tensor.tensor_scale.bits,
                                    codes.data(), scale.data(), error);
        });
        ASSERT_EQ(scale_record(std::span(scale).first(scale_bytes)), tensor.scale_record(i))
            << made.name << " " << i;
        ASSERT_EQ(scale[scale_bytes], 0xA5);
        ASSERT_TRUE(std::equal(codes.begin(), codes.begin() + static_cast<ptrdiff_t>(block / 2),
                               tensor.codes.begin() + static_cast<ptrdiff_t>(i * block / 2)))
            << made.name << " " << i;
        ASSERT_TRUE(std::all_of(codes.begin() + static_cast<ptrdiff_t>(block / 2), codes.end(),
                                [](uint8_t byte) { return byte == 0xA5; }))
            << made.name;
    }
}

TEST(CEncodeOptions, TheInitializerSaysWhatNullMeans) {
    const fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
    const EncodeOptions defaults;
    EXPECT_EQ(options.size, sizeof(fp4_encode_options));
    EXPECT_EQ(options.encoder, FP4_ENCODER_DEFAULT);
    EXPECT_EQ(options.operand.format, static_cast<fp4_format>(defaults.format));
    EXPECT_EQ(options.operand.v1_halves, defaults.specials.v1_halves);
    EXPECT_EQ(options.operand.v2_halves, defaults.specials.v2_halves);
    EXPECT_EQ(options.saturate, defaults.nonfinite == NonfinitePolicy::saturate);
    EXPECT_EQ(options.e3m3_max, static_cast<uint32_t>(defaults.e3m3_max));
    EXPECT_EQ(options.tensor_scale_bits, 0u);
    EXPECT_FALSE(defaults.tensor_scale);
}

TEST(CEncodeOptions, GivenTensorScalesOfEveryEncoder) {
    Rng rng(320);
    for (Made& made : all_made())
        for (float multiplier : {0x1p-126f, 0x1.8p-40f, 0.01f, 1.0f, 1.7f, 0x1.234p30f, 0x1p126f}) {
            if (has_no_tensor_scale(made) && multiplier != 1.0f) continue;
            const auto x = random_values(rng);
            made.c.tensor_scale_bits = std::bit_cast<uint32_t>(multiplier);
            made.cpp.tensor_scale =
                tensor_scale_of(*made.cpp.encoder, made.cpp.format, TensorMultiplier{multiplier});
            const PackedTensor tensor = expect_encoded(made, x);
            EXPECT_EQ(tensor.tensor_scale.bits, made.c.tensor_scale_bits) << made.name;
            made.c.tensor_scale_bits = 0x80000000; // of the options: not looked at by a block
            ASSERT_NO_FATAL_FAILURE(expect_blocks(made, x, tensor));
        }
}

// Block scales beyond 28 differ from what the default makes of them.
TEST(CEncodeOptions, TheLargestE3m3BlockScale) {
    Rng rng(321);
    int differ = 0;
    for (Made& made : all_made())
        for (uint32_t tensor_scale_bits : {0u, 0x3C800000u}) { // own, 2^-6
            if (tensor_scale_bits && has_no_tensor_scale(made)) continue;
            const auto x = random_values(rng);
            const auto set = [&](uint32_t e3m3_max) {
                made.c.e3m3_max = e3m3_max, made.cpp.e3m3_max = static_cast<int>(e3m3_max);
                made.c.tensor_scale_bits = tensor_scale_bits;
                if (tensor_scale_bits)
                    made.cpp.tensor_scale = tensor_scale_of(
                        *made.cpp.encoder, made.cpp.format,
                        TensorMultiplier{Fp32{tensor_scale_bits}.to_float()}, made.cpp.e3m3_max);
                return expect_encoded(made, x);
            };
            const PackedTensor with_28 = set(28), with_30 = set(30);
            ASSERT_NO_FATAL_FAILURE(expect_blocks(made, x, with_30));
            const bool differs = with_28.scales != with_30.scales;
            EXPECT_EQ(differs, made.cpp.format == Format::razer_w) << made.name;
            differ += differs;
            made.cpp.tensor_scale.reset();
        }
    EXPECT_EQ(differ, 8); // four encoders, with a tensor scale and without
}

TEST(CEncodeOptions, InfinitiesAndNanSaturate) {
    Rng rng(322);
    for (Made& made : all_made()) {
        auto x = random_values(rng);
        made.c.saturate = 1, made.cpp.nonfinite = NonfinitePolicy::saturate;
        constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                        infinity = std::numeric_limits<float>::infinity();
        x[5] = nan, x[40] = -nan, x[41] = nan; // amax is that of the numbers
        const PackedTensor nans = expect_encoded(made, x);
        const auto code = [&](const PackedTensor& tensor, size_t i) {
            return int{tensor.codes[i / 2]} >> (i % 2 * 4) & 15;
        };
        for (size_t at : {5u, 40u, 41u}) EXPECT_EQ(code(nans, at), 0x7) << made.name;
        ASSERT_NO_FATAL_FAILURE(expect_blocks(made, x, nans));
        x[100] = infinity, x[200] = -infinity;
        const PackedTensor infinities = expect_encoded(made, x);
        EXPECT_EQ(code(infinities, 100), 0x7) << made.name;
        const auto block = static_cast<size_t>(spec_of(made.cpp.format).block);
        const auto& lanes = lanes_under(
            row_of(made.cpp.format), static_cast<int>(infinities.scale_record(200 / block) & 0xFF));
        const bool integers = lanes[8] != 0 && lanes[9] == -lanes[7]; // two's complement
        EXPECT_EQ(code(infinities, 200), integers ? 0x9 : 0xF) << made.name;
        EXPECT_EQ(infinities.tensor_scale == nans.tensor_scale, has_no_tensor_scale(made))
            << made.name;
        ASSERT_NO_FATAL_FAILURE(expect_blocks(made, x, infinities));
    }
}

class CEncodeOptionErrors : public testing::Test {
  protected:
    std::vector<float> x = std::vector<float>(64, 1.0f);
    std::array<uint8_t, 32> codes{};
    std::array<uint8_t, 4> scales{0xA5, 0xA5, 0xA5, 0xA5};
    uint32_t tensor_scale_bits = 7;

    void tensor_refused(const fp4_encode_options& options, const std::string& message,
                        fp4_status status = FP4_BAD_ARGUMENT) {
        expect_refused(
            [&](fp4_error* error) {
                return fp4_encode(&options, x.data(), 1, 64, codes.data(), scales.data(),
                                  &tensor_scale_bits, error);
            },
            status, message);
        EXPECT_EQ(tensor_scale_bits, 7u);
        EXPECT_EQ(scales[0], 0xA5);
    }
    void block_refused(const fp4_encode_options& options, uint32_t bits, const std::string& message,
                       fp4_status status = FP4_BAD_ARGUMENT) {
        expect_refused(
            [&](fp4_error* error) {
                return fp4_encode_block(&options, x.data(), bits, codes.data(), scales.data(),
                                        error);
            },
            status, message);
        EXPECT_EQ(scales[0], 0xA5);
    }
};

TEST_F(CEncodeOptionErrors, NumbersOutsideTheirRange) {
    for (uint32_t bad : {2u, 0x80000000u, 0xFFFFFFFFu}) {
        fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
        options.saturate = bad;
        tensor_refused(options, "options.saturate: expected 0 or 1, found " + std::to_string(bad));
        block_refused(options, 0x3F800000,
                      "options.saturate: expected 0 or 1, found " + std::to_string(bad));
    }
    for (uint32_t bad : {0u, 29u, 31u, 0xFFFFFFFFu}) {
        fp4_encode_options options = FP4_ENCODE_OPTIONS_INIT;
        options.e3m3_max = bad;
        tensor_refused(options,
                       "options.e3m3_max: expected 28 or 30, found " + std::to_string(bad));
        block_refused(options, 0x3F800000,
                      "options.e3m3_max: expected 28 or 30, found " + std::to_string(bad));
    }
}

TEST_F(CEncodeOptionErrors, TensorScales) {
    for (const Made& made : all_made()) {
        const auto refused = [&](uint32_t bits, const std::string& message,
                                 const std::string& field) {
            fp4_encode_options options = made.c;
            options.tensor_scale_bits = bits;
            tensor_refused(options, (field.empty() ? "" : "options." + field) + message);
            block_refused(made.c, bits, field + message);
        };
        for (uint32_t bits :
             {0x00000001u, 0x007FFFFFu, 0x80000000u, 0xBF800000u, 0x7F800000u, 0x7FC00000u}) {
            std::ostringstream found;
            found << "0x" << std::hex << std::uppercase << std::setw(8) << std::setfill('0')
                  << bits;
            refused(bits, ": expected a positive normal number, found " + found.str(),
                    "tensor_scale_bits");
        }
        if (has_no_tensor_scale(made)) {
            const std::string encoder(spec_of(*made.cpp.encoder).name);
            refused(0x40000000,
                    "x: tensor scale: expected 1, which encoder " + encoder + " has, found 2", "");
        }
        if (spec_of(*made.cpp.encoder).tensor_scale.kind ==
            TensorScaleKind::divisor) // 2^127, whose inverse is not normal
            refused(0x7F000000,
                    "x: tensor scale: expected a positive normal number, found 5.877472e-39", "");
    }
}

TEST_F(CEncodeOptionErrors, FormatsThatTheEncoderDoesNotMake) {
    fp4_encode_options options = encode_options_of(Format::rzr4, {10, 16}, FP4_ENCODER_DEFAULT);
    options.tensor_scale_bits = 0x3F800000;
    tensor_refused(options, "x: format rzr4: only decoded, no encoder makes it");
    block_refused(options, 0x3F800000, "x: format rzr4: only decoded, no encoder makes it");
    options = encode_options_of(Format::nvfp4, {10, 16}, FP4_ENCODER_OCP);
    options.tensor_scale_bits = 0x3F800000;
    tensor_refused(options, "x: format nvfp4: not made by encoder ocp");
    block_refused(options, 0x3F800000, "x: format nvfp4: not made by encoder ocp");
}

TEST_F(CEncodeOptionErrors, WithoutSaturationNanAndInfinityAreNamed) {
    x[31] = -std::numeric_limits<float>::infinity();
    for (const Made& made : all_made()) {
        fp4_encode_options options = made.c;
        options.tensor_scale_bits = 0x3F800000;
        tensor_refused(options,
                       "x: expected finite values, found infinity at row 0, column 31 (index 31)",
                       FP4_NOT_FINITE);
        if (made.cpp.format == Format::mxfp4) // a block of 32
            block_refused(
                options, 0x3F800000,
                "x: expected finite values, found infinity at row 0, column 31 (index 31)",
                FP4_NOT_FINITE);
    }
}

} // namespace
} // namespace fp4
