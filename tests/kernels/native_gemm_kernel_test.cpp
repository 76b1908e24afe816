#include "bodies/native_gemm.hpp"
#include "fp4/decode.hpp"
#include "fp4/epilogue.hpp"
#include "fp4/gemm.hpp"
#include "kernel_cases.hpp"

namespace fp4::test {
namespace {

// One part of an operand as nvfp4: of specials the first or the second of their E2M1 values.
PackedTensor part(const PackedTensor& tensor, int which) {
    const FormatSpec& spec = spec_of(tensor.format);
    PackedTensor out{Format::nvfp4, {}, tensor.rows, tensor.k, std::vector<uint8_t>(tensor.codes.size()), tensor.scales};
    for (size_t i = 0; i < tensor.rows * tensor.k; ++i) {
        const uint8_t byte = tensor.scales[i / 16], code = tensor.codes[i / 2] >> 4 * (i % 2) & 0xF;
        uint8_t found = which ? 0 : code & 7 ? code : 0;
        if (code == spec.sentinel) {
            uint8_t parts[2];
            const bool second = spec.select_bit >= 0 && byte >> spec.select_bit & 1;
            EXPECT_TRUE(kernels::split_special(second ? tensor.specials.v2_halves : tensor.specials.v1_halves, parts[0], parts[1]));
            found = static_cast<uint8_t>(parts[which] | (byte & 0x80) >> 4);
        }
        if (!spec.has_specials()) found = code;
        out.codes[i / 2] |= static_cast<uint8_t>(found << 4 * (i % 2));
    }
    for (uint8_t& byte : out.scales) byte &= spec.scale == ScaleType::e3m3 ? 0x3F : 0x7F;
    return out;
}

// Slabs of 64 columns of several tensors, one after the other.
PackedTensor interleave(const std::vector<PackedTensor>& tensors) {
    const uint64_t rows = tensors[0].rows, slabs = (tensors[0].k + 63) / 64;
    PackedTensor out{Format::nvfp4, {}, rows, slabs * 64 * tensors.size(), {}, {}};
    for (uint64_t row = 0; row < rows; ++row)
        for (uint64_t slab = 0; slab < slabs; ++slab)
            for (const PackedTensor& tensor : tensors)
                for (uint64_t block = 4 * slab; block < 4 * slab + 4; ++block) {
                    const bool inside = block < tensor.k / 16;
                    for (uint64_t i = 0; i < 8; ++i) out.codes.push_back(inside ? tensor.codes[row * tensor.k / 2 + block * 8 + i] : 0);
                    out.scales.push_back(inside ? tensor.scales[row * tensor.k / 16 + block] : 0);
                }
    return out;
}

class NativeGemmKernel : public testing::TestWithParam<std::tuple<Format, Format>> {};

TEST_P(NativeGemmKernel, IsTheProfileOverThePartsOfItsOperands) {
    const auto [format_a, format_b] = GetParam();
    Rng rng(31);
    const auto engine = kernels::emulated_engine(32);
    for (const Specials specials : {Specials{10, 16}, Specials{14, 18}}) {
        const auto k = static_cast<uint64_t>(16 * rng.between(1, 12));
        auto a = random_tensor(rng, format_a, specials, static_cast<uint64_t>(rng.between(1, 40)), k, 300),
             b = random_tensor(rng, format_b, specials, static_cast<uint64_t>(rng.between(1, 140)), k, 300);
        a.tensor_scale = {0x3A3D5412};
        b.tensor_scale = {0x3B112233};
        std::vector<PackedTensor> left, right;
        for (int second = 0; second <= spec_of(format_b).has_specials(); ++second)
            for (int first = 0; first <= spec_of(format_a).has_specials(); ++first) {
                left.push_back(part(a, first));
                right.push_back(part(b, second));
            }
        const auto raw = gemm_reference(interleave(left), interleave(right), {}, nv_blackwell);
        ASSERT_TRUE(raw);
        float scale = a.tensor_scale.to_float() * b.tensor_scale.to_float();
        for (const Format format : {format_a, format_b}) scale *= spec_of(format).scale == ScaleType::e3m3 ? 16.0f : 1.0f;
        std::vector<uint32_t> expected;
        for (const Fp32 d : *raw) expected.push_back(multiply_fp32(d, Fp32::from_float(scale)).bits);
        const auto found = engine->gemm_native(a, b);
        ASSERT_TRUE(found) << found.error().message;
        auto words = *found;
        EXPECT_EQ(differences(words, expected), "");
    }
}

INSTANTIATE_TEST_SUITE_P(Pairs, NativeGemmKernel, testing::Combine(testing::ValuesIn(formats_of_16), testing::ValuesIn(formats_of_16)));

TEST(NativeGemmKernelErrors, SpecialsThatAreNoSum) {
    Rng rng(33);
    const auto engine = kernels::emulated_engine(34);
    const auto a = random_tensor(rng, Format::nvfp4, {}, 2, 64);
    EXPECT_TRUE(engine->gemm_native(a, random_tensor(rng, Format::razer_a, {10, 31}, 2, 64)));
    EXPECT_FALSE(engine->gemm_native(a, random_tensor(rng, Format::razer_w, {10, 31}, 2, 64)));
    EXPECT_FALSE(engine->gemm_native(a, random_tensor(rng, Format::mxfp4, {}, 2, 64)));
}

} // namespace
} // namespace fp4::test
