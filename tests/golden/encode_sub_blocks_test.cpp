// Encoders of formats whose scale records speak of parts of a block, against their definitions.
#include <gtest/gtest.h>

#include "fp4/encode/encode.hpp"
#include "operands.hpp"
#include "slow_sub_blocks.hpp"

namespace fp4 {
namespace {

using namespace test;

std::vector<float> block_of(Rng& rng, size_t size, int kind) {
    std::vector<float> x(size);
    for (size_t i = 0; i < size; ++i) {
        const float spread = std::ldexp(1.0f, -rng.below(6));
        x[i] = kind == 0   ? rng.uniform(1.0f)
               : kind == 1 ? rng.uniform(8.0f) * spread
               : kind == 2 ? static_cast<float>(rng.between(-48, 48)) * 0.125f
               : kind == 3 ? std::ldexp(rng.uniform(1.0f), rng.between(-140, 126))
                           : std::bit_cast<float>(rng.fp32_bits(-3, 3) & 0xFFFF0000); // bfloat16
        if (rng.one_in(12)) x[i] = rng.one_in(2) ? 0.0f : -0.0f;
        if (kind == 1 && i % 8 == 7 && rng.one_in(2)) x[i] *= 0.01f;
    }
    return x;
}

template <class Slow>
void expect_rule(Encoder encoder, Format format, uint64_t seed, const Slow& slow_encode) {
    Rng rng(seed);
    const auto block = static_cast<size_t>(spec_of(format).block);
    for (int i = 0; i < 4000; ++i) {
        const auto x = block_of(rng, block, i % 5);
        const slow::EncodedRecord expected = slow_encode(x);
        std::vector<uint8_t> codes(block, 0xAA);
        const ScaleRecord record = BlockEncoder(encoder, format).encode_block(x, {}, codes);
        ASSERT_EQ(hex(record), hex(expected.record)) << i;
        ASSERT_EQ(codes, expected.codes) << i;
    }
}

TEST(EncodeSubBlocks, HiFloat4) {
    expect_rule(Encoder::hif4, Format::hif4, 410, slow::encode_hif4);
}

TEST(EncodeSubBlocks, M2xfpWeights) {
    expect_rule(Encoder::m2xfp, Format::m2xfp_w, 411, slow::encode_m2xfp);
}

// The clamps of the scale at both ends, and what lies beyond them.
TEST(EncodeSubBlocks, Extremes) {
    for (const float amax : {0x1p-149f, 0x1p-126f, 7 * 0x1p-48f, 7 * 0x1p-50f, 343040.0f, 0x1p60f,
                             0x1.fffffep127f, 1e-8f, 0.99e-8f})
        for (const float sign : {1.0f, -1.0f}) {
            std::vector<float> x(64, 0.0f);
            x[5] = sign * amax, x[40] = sign * amax / 3;
            std::vector<uint8_t> codes(64);
            const ScaleRecord hif4 =
                BlockEncoder(Encoder::hif4, Format::hif4).encode_block(x, {}, codes);
            const auto expected = slow::encode_hif4(x);
            EXPECT_EQ(hex(hif4), hex(expected.record)) << amax;
            EXPECT_EQ(codes, expected.codes) << amax;
            x.resize(32), codes.resize(32);
            const ScaleRecord m2xfp =
                BlockEncoder(Encoder::m2xfp, Format::m2xfp_w).encode_block(x, {}, codes);
            const auto expected_m2xfp = slow::encode_m2xfp(x);
            EXPECT_EQ(hex(m2xfp), hex(expected_m2xfp.record)) << amax;
            EXPECT_EQ(codes, expected_m2xfp.codes) << amax;
        }
}

} // namespace
} // namespace fp4
