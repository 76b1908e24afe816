#include "fp4/quant/quantizers/hadamard.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "random_tensors.hpp"

namespace fp4::quant {
namespace {

using test::Random;

// Row i, column j of Sylvester's matrix is +1 where i and j share an even number of set bits.
TEST(BlockHadamard, PlainLoops) {
    Random random(1);
    for (const int64_t block : {16, 32, 64, 128}) {
        const Tensor x = random.integers(-500, 500, {3, 2, 256}); // sums are exact
        const Tensor y = block_hadamard(x, block);
        ASSERT_EQ(y.sizes(), x.sizes());
        const float* in = x.data_ptr<float>();
        const float* out = y.data_ptr<float>();
        const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(block)));
        for (int64_t i = 0; i < x.numel(); ++i) {
            const int64_t first = i / block * block;
            double sum = 0;
            for (int64_t j = 0; j < block; ++j)
                sum += std::popcount(static_cast<uint64_t>(j & (i - first))) % 2 ? -in[first + j]
                                                                                 : in[first + j];
            ASSERT_EQ(out[i], static_cast<float>(sum) * scale)
                << "block " << block << " element " << i;
        }
    }
}

TEST(BlockHadamard, IsItsOwnInverse) {
    Random random(2);
    const Tensor x = random.integers(-500, 500, {5, 128});
    for (const int64_t block : {16, 64})
        EXPECT_TRUE(torch::equal(block_hadamard(block_hadamard(x, block), block), x))
            << block; // 1/4 and 1/8 are exact
    for (const int64_t block : {32, 128})
        EXPECT_TRUE(torch::allclose(block_hadamard(block_hadamard(x, block), block), x, 1e-5, 1e-3))
            << block;
}

// What rotates weights and inputs alike leaves a linear's output.
TEST(BlockHadamard, KeepsProducts) {
    Random random(3);
    const Tensor x = random.integers(-9, 9, {4, 64}), w = random.integers(-9, 9, {6, 64});
    EXPECT_TRUE(torch::equal(torch::linear(block_hadamard(x, 16), block_hadamard(w, 16)),
                             torch::linear(x, w)));
}

TEST(BlockHadamard, BlocksThatFit) {
    for (const int64_t block : {16, 32, 64, 128}) EXPECT_TRUE(hadamard_fits(block, 256));
    for (const int64_t block : {-16, 0, 1, 8, 24, 256})
        EXPECT_FALSE(hadamard_fits(block, 256)) << block;
    EXPECT_FALSE(hadamard_fits(32, 48));
    EXPECT_THROW(block_hadamard(torch::ones({2, 48}), 32), c10::Error);
}

TEST(BlockHadamard, LargestBlocks) {
    for (const auto& [k, block] :
         {std::pair{16, 16}, {48, 16}, {64, 64}, {96, 32}, {128, 128}, {192, 64}, {768, 128}})
        EXPECT_EQ(largest_hadamard_block(k), block) << k;
    for (const int64_t k : {8, 24, 100}) EXPECT_EQ(largest_hadamard_block(k), 0) << k;
}

} // namespace
} // namespace fp4::quant
