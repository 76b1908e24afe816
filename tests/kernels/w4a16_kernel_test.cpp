#include "arithmetic/narrow.hpp"
#include "fp4/dequantize.hpp"
#include "fp4/dot_add.hpp"
#include "kernel_cases.hpp"

namespace fp4::test {
namespace {

const DotProfile& hopper() { return *std::ranges::find(dot_profiles, std::string_view("h100-fp16-f32"), &DotProfile::name); }

// What the kernel's order of instructions gives on Hopper's tensor cores as golden models them: eight warps, each a chain over its panels of 256 columns,
// their results added one after the other.
std::vector<uint32_t> expected_of(const kernels::DenseMatrix& x, const PackedTensor& w) {
    auto unscaled = w;
    const float lifted = spec_of(w.format).scale == ScaleType::e3m3 ? 0x1p12f : 0x1p8f; // that keeps weights within binary16
    unscaled.tensor_scale = Fp32::from_float(1 / lifted);
    std::vector<Fp32> weights(w.rows * w.k);
    EXPECT_TRUE(dequantize_tensor(unscaled, weights, "w"));
    std::vector<uint32_t> out;
    for (int64_t token = 0; token < x.rows; ++token)
        for (uint64_t row = 0; row < w.rows; ++row) {
            float sum = 0;
            for (uint64_t warp = 0; warp < 8; ++warp) {
                std::vector<uint32_t> a, b;
                for (uint64_t panel = warp; panel * 256 < w.k; panel += 8)
                    for (uint64_t i = 0; i < 256; ++i) { // instruction by instruction: four columns out of each block of a chunk of 64
                        const uint64_t chunk = i / 64, instruction = i % 64 / 16, block = i % 16 / 4,
                                       column = panel * 256 + chunk * 64 + block * 16 + instruction * 4 + i % 4;
                        a.push_back(column < w.k ? kernels::f16_of(weights[row * w.k + column].to_float()) : 0);
                        b.push_back(column < w.k ? x.word(token * x.columns + static_cast<int64_t>(column)) : 0);
                    }
                if (a.empty()) continue;
                const auto dot = dot_add(hopper(), {a, b, {}, {}}, Fp32{});
                EXPECT_TRUE(dot) << dot.error().message;
                sum += Fp32{*dot}.to_float();
            }
            out.push_back(Fp32::from_float(sum * (w.tensor_scale.to_float() * lifted)).bits);
        }
    return out;
}

kernels::DenseMatrix random_f16(Rng& rng, int64_t rows, int64_t columns) {
    kernels::DenseMatrix out{kernels::Dense::f16, rows, columns, std::vector<uint8_t>(static_cast<size_t>(rows * columns * 2))};
    for (size_t i = 0; i < out.bytes.size(); i += 2) {
        const auto half = static_cast<uint16_t>(kernels::f16_of(rng.uniform(3) * rng.uniform(1)));
        std::memcpy(out.bytes.data() + i, &half, 2);
    }
    return out;
}

class W4A16Kernel : public testing::TestWithParam<Format> {};

TEST_P(W4A16Kernel, EqualsGoldensModelOfHopper) {
    Rng rng(21);
    const auto engine = kernels::emulated_engine(22);
    for (const int tokens : {1, 3, 8, 9, 16, 25, 40, 64, 70}) {
        const Specials specials = some_specials[static_cast<size_t>(rng.below(6))];
        auto w = random_tensor(rng, GetParam(), specials, static_cast<uint64_t>(rng.between(1, 36)), static_cast<uint64_t>(16 * rng.between(1, tokens > 16 ? 20 : 140)));
        w.tensor_scale = {0x3A3D5412};
        const auto x = random_f16(rng, tokens, static_cast<int64_t>(w.k));
        const auto found = engine->w4a16(x, w);
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(differences(*found, expected_of(x, w)), "") << w.rows << " x " << w.k << ", " << tokens << " tokens";
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, W4A16Kernel, testing::ValuesIn(formats_of_16));

TEST(W4A16KernelErrors, SayWhatIsWrong) {
    Rng rng(23);
    const auto engine = kernels::emulated_engine(24);
    const auto w = random_tensor(rng, Format::nvfp4, {}, 4, 32);
    EXPECT_FALSE(engine->w4a16(random_f16(rng, 1, 48), w));
    EXPECT_FALSE(engine->w4a16(random_f16(rng, 1, 32), random_tensor(rng, Format::mxfp4, {}, 4, 32)));
    EXPECT_TRUE(engine->w4a16(random_f16(rng, 1, 32), w));
}

} // namespace
} // namespace fp4::test
