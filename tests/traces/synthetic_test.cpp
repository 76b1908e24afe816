// The synthetic source: the same bytes on every machine, and the statistics its header promises.
#include "fp4/traces/synthetic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "fp4/traces/make_trace.hpp"
#include "fp4/io/sha256.hpp"
#include "test_files.hpp"

namespace fp4::traces {
namespace {

template <class T>
std::string sha256_of(const std::vector<T>& values) {
    io::Sha256 sha256;
    sha256.update(std::as_bytes(std::span(values)));
    return sha256.hex_digest();
}

double excess_kurtosis(const std::vector<float>& x) {
    double m2 = 0, m4 = 0;
    for (double value : x) {
        m2 += value * value;
        m4 += value * value * value * value;
    }
    const auto n = static_cast<double>(x.size());
    return m4 / n / (m2 / n * m2 / n) - 3;
}

TEST(Sha256, KnownDigest) {
    io::Sha256 sha256;
    sha256.update(std::as_bytes(std::span("abc", 3)));
    EXPECT_EQ(sha256.hex_digest(),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Synthetic, BytesArePinned) {
    EXPECT_EQ(sha256_of(synthetic_weights(0, "w", 33, 48)),
              "b2a9907f93ede7711aec185dced8efc1baee6d48bc3d9ac4ca94a82eada4da10");
    EXPECT_EQ(sha256_of(synthetic_activations(0, "x", 5, 512)),
              "2ecc6c2e0f5458d15048ae1e60dc2be3189361a256e5cd3e13283e0320a885dd");
    EXPECT_EQ(sha256_of(synthetic_c_bits(0, "c", 1000)),
              "fff3ef3ec2906f7635d2a7e171d29489086dd300a64f6b9d1545621ed92f64fd");
    EXPECT_EQ(sha256_of(uniform_operand(0, "u", {Format::nvfp4}, 7, 64).codes),
              "41e636a8a6fcada00c6fd50e86e8bf4e8ab1014ab6b3860389bf2ef73ee5ee04");
}

TEST(Synthetic, EveryPartOfTheCounterMatters) {
    const auto base = synthetic_weights(0, "w", 8, 64);
    EXPECT_NE(base, synthetic_weights(1, "w", 8, 64));
    EXPECT_NE(base, synthetic_weights(uint64_t{1} << 32, "w", 8, 64));
    EXPECT_NE(base, synthetic_weights(0, "v", 8, 64));
}

TEST(Synthetic, FirstTokensDoNotDependOnTheirNumber) {
    const auto few = synthetic_activations(3, "x", 4, 320),
               many = synthetic_activations(3, "x", 9, 320);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(Synthetic, ValuesAreBf16) {
    for (float value : synthetic_weights(1, "w", 16, 64))
        EXPECT_EQ(std::bit_cast<uint32_t>(value) & 0xFFFF, 0u);
    for (float value : synthetic_activations(1, "x", 16, 64))
        EXPECT_EQ(std::bit_cast<uint32_t>(value) & 0xFFFF, 0u);
}

TEST(Synthetic, WeightsHaveHeavyTailsAndChannelSpread) {
    const uint64_t rows = 512, k = 1024;
    const auto w = synthetic_weights(0, "w", rows, k);
    double sum = 0, squares = 0;
    std::vector<double> column(k);
    for (uint64_t i = 0; i < w.size(); ++i) {
        sum += w[i];
        squares += double{w[i]} * w[i];
        column[i % k] += double{w[i]} * w[i];
    }
    const auto n = static_cast<double>(w.size());
    EXPECT_LT(std::fabs(sum / n), 1e-4);
    const double sigma = std::sqrt(squares / n);
    EXPECT_GT(sigma, 0.02);
    EXPECT_LT(sigma, 0.04);
    EXPECT_GT(excess_kurtosis(w), 2.0); // a Gaussian has 0
    const auto [low, high] = std::ranges::minmax(column);
    EXPECT_GT(high / low, 4.0); // 0.6277 to 1.5931 in amplitude is 6.4 in power
}

TEST(Synthetic, ActivationsHaveOutlierChannels) {
    const uint64_t tokens = 64, k = 4096;
    const auto x = synthetic_activations(0, "x", tokens, k);
    std::vector<double> power(k);
    for (uint64_t i = 0; i < x.size(); ++i) power[i % k] += double{x[i]} * x[i] / tokens;
    auto sorted = power;
    std::ranges::sort(sorted);
    const double median = sorted[k / 2];
    const auto outliers = std::ranges::count_if(power, [&](double p) { return p > 30 * median; });
    EXPECT_GE(outliers, 4);
    EXPECT_LE(outliers, 64);
    EXPECT_GT(sorted.back() / median, 100.0);
}

TEST(Synthetic, UniformBitsHaveNanScalesInFewRows) {
    const auto t = uniform_operand(0, "u", {Format::razer_a}, 512, 4096);
    int nan_rows = 0;
    std::array<int, 256> seen{};
    for (uint64_t r = 0; r < t.rows; ++r)
        nan_rows += std::ranges::any_of(t.row(r).scales,
                                        [](uint8_t byte) { return (byte & 0x7F) == 0x7F; });
    for (uint8_t byte : t.scales) ++seen[byte];
    EXPECT_GT(nan_rows, 10);
    EXPECT_LT(nan_rows, 64);
    EXPECT_TRUE(std::ranges::all_of(seen, [](int count) { return count > 0; }));
}

// The default trace of simrun, as the file that --save-trace writes.
TEST(Synthetic, DefaultTraceIsPinned) {
    const auto recipe = read_recipe(FP4_RECIPES "/llama3-1b-layer0.yaml");
    ASSERT_TRUE(recipe) << recipe.error().message;
    const auto trace = make_synthetic_trace(*recipe, {.tokens = recipe->tokens});
    ASSERT_TRUE(trace) << trace.error().message;
    const test::TempDir folder;
    ASSERT_TRUE(write_trace(folder.path() / "t.safetensors", *trace));
    std::ifstream file(folder.path() / "t.safetensors", std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(sha256_of(bytes), "de7c8cbdb3b98c6a1a2a870221409a59f436d7f7920e07421b3465c7f01dea20");
}

} // namespace
} // namespace fp4::traces
