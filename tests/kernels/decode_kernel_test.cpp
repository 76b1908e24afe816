#include "fp4/dequantize.hpp"
#include "fp4/epilogue.hpp"
#include "kernel_cases.hpp"

namespace fp4::test {
namespace {

using kernels::Dense;

constexpr std::array<uint32_t, 9> tensor_scales{0x3F800000, 0x3A3D5412, 0x00012345, 0x7F7FFFFF, 0x33800000, 0x80000000, 0xBF800001, 0x7F800000, 0x7FC00001};

// RNE of binary32 in binary16; the sign of a zero is that of the binary32 unless the format has one zero.
std::vector<uint32_t> as_f16(const std::vector<Fp32>& values, Format format) {
    std::vector<uint32_t> out;
    for (const Fp32 value : values) {
        const uint32_t bits = convert_fp32(value, OutputType::f16);
        out.push_back(bits == 0 && value.negative() && !spec_of(format).has_specials() ? 0x8000 : bits);
    }
    return out;
}

class DecodeKernel : public testing::TestWithParam<Format> {};

TEST_P(DecodeKernel, EqualsGoldenInAllTypes) {
    Rng rng(1);
    const auto engine = kernels::emulated_engine(2);
    for (const Specials specials : some_specials)
        for (const uint32_t scale : tensor_scales) {
            auto tensor = random_tensor(rng, GetParam(), specials, static_cast<uint64_t>(rng.between(1, 40)), static_cast<uint64_t>(32 * rng.between(1, 6)), 20);
            tensor.tensor_scale = {scale};
            std::vector<Fp32> f32(tensor.rows * tensor.k);
            std::vector<Bf16> bf16(f32.size());
            ASSERT_TRUE(dequantize_tensor(tensor, f32, "tensor"));
            ASSERT_TRUE(dequantize_tensor(tensor, bf16, "tensor"));
            const auto found = [&](Dense type) {
                auto out = engine->decode(tensor, type);
                EXPECT_TRUE(out) << out.error().message;
                return *out;
            };
            EXPECT_EQ(differences(found(Dense::f32), words_of<Fp32>(f32)), "") << hex(scale);
            EXPECT_EQ(differences(found(Dense::bf16), words_of<Bf16>(bf16)), "") << hex(scale);
            EXPECT_EQ(differences(found(Dense::f16), as_f16(f32, GetParam())), "") << hex(scale);
        }
}

TEST_P(DecodeKernel, EveryCodeUnderEveryScaleByte) {
    const auto engine = kernels::emulated_engine(3);
    const auto block = static_cast<size_t>(spec_of(GetParam()).block);
    PackedTensor tensor{GetParam(), {10, 18}, 256, block, std::vector<uint8_t>(256 * block / 2), std::vector<uint8_t>(256)};
    for (size_t i = 0; i < tensor.codes.size(); ++i) tensor.codes[i] = static_cast<uint8_t>((2 * i + 1) % 16 << 4 | 2 * i % 16);
    for (size_t i = 0; i < 256; ++i) tensor.scales[i] = static_cast<uint8_t>(i);
    std::vector<Fp32> expected(256 * block);
    ASSERT_TRUE(dequantize_tensor(tensor, expected, "tensor"));
    const auto found = engine->decode(tensor, Dense::f32);
    ASSERT_TRUE(found);
    EXPECT_EQ(differences(*found, words_of<Fp32>(expected)), "");
}

INSTANTIATE_TEST_SUITE_P(Formats, DecodeKernel, testing::ValuesIn(all_formats));

TEST(DecodeKernelErrors, ShapesThatDoNotHold) {
    const auto engine = kernels::emulated_engine(4);
    const PackedTensor tensor{Format::nvfp4, {}, 2, 16, std::vector<uint8_t>(16), std::vector<uint8_t>(1)};
    const auto found = engine->decode(tensor, Dense::f32);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::bad_shape);
}

} // namespace
} // namespace fp4::test
