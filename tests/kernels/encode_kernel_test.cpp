#include <cmath>

#include "fp4/encode.hpp"
#include "kernel_cases.hpp"

namespace fp4::test {
namespace {

using kernels::Dense;

constexpr std::array<Format, 4> encoded_formats{Format::nvfp4, Format::razer_w, Format::razer_a, Format::mxfp4};

enum class Data { ordinary, all_exponents, ties, zeros };

std::vector<float> data(Rng& rng, Data kind, size_t count) {
    std::vector<float> out(count);
    for (float& x : out) switch (kind) {
        case Data::ordinary: x = rng.uniform(4) * rng.uniform(2); break;
        case Data::all_exponents: x = Fp32{rng.fp32_bits(-126, 127)}.to_float(); break;
        case Data::ties: x = 0.25f * static_cast<float>(rng.between(-30, 30)); break;
        case Data::zeros: x = rng.one_in(2) ? 0.0f : -0.0f; break;
        }
    return out;
}

class EncodeKernel : public testing::TestWithParam<std::tuple<Format, Data>> {};

TEST_P(EncodeKernel, EqualsGolden) {
    const auto [format, kind] = GetParam();
    Rng rng(5);
    const auto engine = kernels::emulated_engine(6);
    for (int i = 0; i < 24; ++i) {
        const Specials specials = some_specials[static_cast<size_t>(rng.below(5))]; // the sixth cannot be encoded
        const int rows = rng.between(1, 30), k = 32 * rng.between(1, 8), e3m3_max = rng.one_in(2) ? 28 : 30;
        const auto x = data(rng, kind, static_cast<size_t>(rows * k));
        EncodeOptions options{.format = format, .specials = specials, .e3m3_max = e3m3_max};
        kernels::EncodeRequest request{format, specials, e3m3_max, {}};
        if (kind == Data::ties && format != Format::mxfp4) { // so that ties stay ties
            options.tensor_scale = TensorScale{.multiplier = {1.0f}};
            request.tensor_scale = 1.0f;
        }
        const auto expected = encode(x, static_cast<uint64_t>(rows), static_cast<uint64_t>(k), options, "x");
        ASSERT_TRUE(expected) << expected.error().message;
        const auto found = engine->encode(matrix_of(x, rows), request);
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(found->codes, expected->codes);
        EXPECT_EQ(found->scales, expected->scales);
        EXPECT_EQ(hex(found->tensor_scale.bits), hex(expected->tensor_scale.bits));
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, EncodeKernel,
                         testing::Combine(testing::ValuesIn(encoded_formats), testing::Values(Data::ordinary, Data::all_exponents, Data::ties, Data::zeros)));

TEST(EncodeKernelSources, SixteenBitTypesAreReadExactly) {
    Rng rng(7);
    const auto engine = kernels::emulated_engine(8);
    for (const Dense type : {Dense::bf16, Dense::f16})
        for (const bool subnormal : {false, true}) {
            kernels::DenseMatrix x{type, 3, 64, std::vector<uint8_t>(3 * 64 * 2)};
            std::vector<float> values;
            for (size_t i = 0; i < 3 * 64; ++i) {
                const int field = subnormal ? rng.below(2) : rng.between(10, 20);
                const auto word = static_cast<uint16_t>(type == Dense::bf16 ? field << 7 | rng.below(128) : field << 10 | rng.below(1024)) | (rng.one_in(2) ? 0x8000 : 0);
                std::memcpy(x.bytes.data() + 2 * i, &word, 2);
                values.push_back(type == Dense::bf16
                                     ? Fp32{static_cast<uint32_t>(word) << 16}.to_float()
                                     : (word & 0x8000 ? -1.0f : 1.0f) * std::ldexp(static_cast<float>((word & 0x3FF) | (field ? 0x400 : 0)), (field ? field : 1) - 25));
            }
            const auto expected = encode(values, 3, 64, {.format = Format::nvfp4}, "x");
            const auto found = engine->encode(x, {.format = Format::nvfp4});
            ASSERT_TRUE(expected && found);
            EXPECT_EQ(found->codes, expected->codes);
            EXPECT_EQ(found->scales, expected->scales);
        }
}

TEST(EncodeKernelErrors, SayWhatIsWrong) {
    const auto engine = kernels::emulated_engine(9);
    const auto code = [&](std::vector<float> x, kernels::EncodeRequest request) {
        const auto found = engine->encode(matrix_of(x, 1), request);
        return found ? std::optional<ErrorCode>{} : found.error().code;
    };
    std::vector<float> x(16, 1.0f);
    EXPECT_EQ(code(std::vector<float>(24, 1.0f), {}), ErrorCode::bad_shape);
    EXPECT_EQ(code(x, {.format = Format::rzr4}), ErrorCode::bad_argument);
    for (const float bad : {INFINITY, -INFINITY, NAN}) {
        x[7] = bad;
        EXPECT_EQ(code(x, {}), ErrorCode::not_finite);
    }
}

} // namespace
} // namespace fp4::test
