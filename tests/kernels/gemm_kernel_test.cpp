#include "fp4/epilogue.hpp"
#include "fp4/gemm.hpp"
#include "kernel_cases.hpp"

namespace fp4::test {
namespace {

struct Case {
    Format a, b;
    const Arithmetic* arithmetic;
};

std::vector<Case> cases() {
    std::vector<Case> out;
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        for (const Format a : formats_of_16)
            for (const Format b : formats_of_16) out.push_back({a, b, &arithmetic});
        if (arithmetic.accumulation != Accumulation::exact) out.push_back({Format::mxfp4, Format::mxfp4, &arithmetic});
    }
    return out;
}

class GemmKernel : public testing::TestWithParam<Case> {};

TEST_P(GemmKernel, EqualsGolden) {
    const auto [format_a, format_b, arithmetic] = GetParam();
    Rng rng(11);
    const auto engine = kernels::emulated_engine(12);
    for (int i = 0; i < 4; ++i) {
        const Specials specials = some_specials[static_cast<size_t>(rng.below(6))];
        const auto k = static_cast<uint64_t>(spec_of(format_a).block * rng.between(1, 12));
        auto a = random_tensor(rng, format_a, specials, static_cast<uint64_t>(rng.between(1, 70)), k, 200);
        const auto b = random_tensor(rng, format_b, specials, static_cast<uint64_t>(rng.between(1, 40)), k, 200);
        std::vector<Fp32> c;
        const auto edges = fp32_edges();
        if (i % 2)
            for (size_t j = 0; j < a.rows * b.rows; ++j)
                c.push_back({rng.one_in(4) ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))] : rng.fp32_bits(-45, 35)});
        const auto expected = gemm_reference(a, b, c, *arithmetic);
        ASSERT_TRUE(expected) << expected.error().message;
        const auto found = engine->gemm(a, b, c, *arithmetic);
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(differences(*found, words_of<Fp32>(*expected)), "") << a.rows << " x " << b.rows << " x " << k;
    }
}

TEST_P(GemmKernel, ScalesLikeTheEpilogue) {
    const auto [format_a, format_b, arithmetic] = GetParam();
    Rng rng(13);
    const auto engine = kernels::emulated_engine(14);
    const auto k = static_cast<uint64_t>(spec_of(format_a).block * 2);
    auto a = random_tensor(rng, format_a, {}, 20, k, 60), b = random_tensor(rng, format_b, {}, 9, k);
    for (const auto& [scale_a, scale_b] : {std::pair{0x3A3D5412u, 0x3B112233u}, {0x1F800000u, 0x20123456u}, {0x5F800000u, 0x60000000u}}) {
        a.tensor_scale = {scale_a};
        b.tensor_scale = {scale_b};
        const auto raw = gemm_reference(a, b, {}, *arithmetic);
        ASSERT_TRUE(raw);
        for (const auto& [dense, type] :
             {std::pair{kernels::Dense::f32, OutputType::f32}, {kernels::Dense::bf16, OutputType::bf16}, {kernels::Dense::f16, OutputType::f16}}) {
            std::vector<uint32_t> expected;
            for (const Fp32 d : *raw) expected.push_back(epilogue(d, a.tensor_scale, b.tensor_scale, type));
            const auto found = engine->gemm_scaled(a, b, *arithmetic, dense);
            ASSERT_TRUE(found) << found.error().message;
            EXPECT_EQ(differences(*found, expected), "") << spec_of(type).name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Pairs, GemmKernel, testing::ValuesIn(cases()), [](const auto& each) {
    std::string name = std::string(spec_of(each.param.a).name) + "_" + std::string(spec_of(each.param.b).name) + "_" + std::string(each.param.arithmetic->name);
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(GemmKernelEdges, LargestSumsOfTheExactProfile) {
    const auto engine = kernels::emulated_engine(15);
    const Specials specials{31, 31};
    const auto full = [&](Format format, uint64_t k, uint8_t code, uint8_t scale) {
        return PackedTensor{format, specials, 1, k, std::vector<uint8_t>(k / 2, static_cast<uint8_t>(code << 4 | code)), std::vector<uint8_t>(k / 16, scale)};
    };
    const uint64_t k = 182416; // the longest that 64 bits hold: 16 * 11,401
    const auto a = full(Format::razer_a, k, 8, 0x7E), b = full(Format::razer_a, k, 8, 0xFE);
    const auto expected = gemm_reference(a, b, {}, exact);
    const auto found = engine->gemm(a, b, {}, exact);
    ASSERT_TRUE(expected && found) << found.error().message;
    EXPECT_EQ(hex(found->word(0)), hex((*expected)[0].bits));
    const auto beyond = engine->gemm(full(Format::razer_a, k + 16, 8, 0x7E), full(Format::razer_a, k + 16, 8, 0x7E), {}, exact);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().code, ErrorCode::bound_exceeded);
}

TEST(GemmKernelErrors, SayWhatIsWrong) {
    Rng rng(16);
    const auto engine = kernels::emulated_engine(17);
    const auto code = [&](const PackedTensor& a, const PackedTensor& b, size_t c, const Arithmetic& arithmetic) {
        const auto found = engine->gemm(a, b, std::vector<Fp32>(c), arithmetic);
        return found ? std::optional<ErrorCode>{} : found.error().code;
    };
    const auto a = random_tensor(rng, Format::nvfp4, {}, 2, 32), longer = random_tensor(rng, Format::nvfp4, {}, 2, 64), mx = random_tensor(rng, Format::mxfp4, {}, 2, 32);
    EXPECT_EQ(code(a, longer, 0, exact), ErrorCode::bad_shape);
    EXPECT_EQ(code(a, a, 3, exact), ErrorCode::bad_shape);
    EXPECT_EQ(code(a, mx, 0, fp32_seq), ErrorCode::bad_argument);
    EXPECT_EQ(code(mx, mx, 0, exact), ErrorCode::bound_exceeded);
    EXPECT_EQ(code(a, a, 4, exact), std::nullopt);
}

} // namespace
} // namespace fp4::test
