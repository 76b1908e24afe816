#include "fp4/fused_step.hpp"

#include <gtest/gtest.h>

#include "fp4/decode.hpp"
#include "fp4/gemm.hpp"
#include "operands.hpp"
#include "slow_dot.hpp"

namespace fp4 {
namespace {

using test::formats_of_16;
using test::hex;

// A group dot under two scale bytes, for golden and for the twin.
struct Group {
    int dot_quarters;
    Format a;
    uint8_t a_byte;
    Format b;
    uint8_t b_byte;
};

uint32_t golden_step(const std::vector<Group>& groups, uint32_t c) {
    std::vector<BlockTerm> terms;
    for (const Group& g : groups)
        terms.push_back(
            block_term(g.dot_quarters, block_scale(g.a, g.a_byte), block_scale(g.b, g.b_byte)));
    return fused_step(nv_blackwell, terms, {c}).bits;
}

uint32_t twin_step(const std::vector<Group>& groups, uint32_t c) {
    std::vector<slow::Term> terms;
    for (const Group& g : groups)
        terms.push_back(slow::term_of(g.dot_quarters, slow::scale_of(g.a, g.a_byte),
                                      slow::scale_of(g.b, g.b_byte)));
    return slow::fused_step(terms, c);
}

Group nv_group(int dot_quarters, int a_byte, int b_byte) {
    return {dot_quarters, Format::nvfp4, static_cast<uint8_t>(a_byte), Format::nvfp4,
            static_cast<uint8_t>(b_byte)};
}

uint32_t nv_step(const std::vector<Group>& groups, uint32_t c) {
    const uint32_t d = golden_step(groups, c);
    EXPECT_EQ(d, twin_step(groups, c)) << hex(c);
    return d;
}

std::vector<Group> random_groups(test::Rng& rng, Format a, Format b, int count) {
    std::vector<Group> groups;
    for (int i = 0; i < count; ++i) {
        const int limit = rng.one_in(3) ? 15376 : rng.one_in(2) ? 2304 : 3;
        groups.push_back({rng.one_in(6) ? 0 : rng.between(-limit, limit), a,
                          test::random_scale(rng, a), b, test::random_scale(rng, b)});
    }
    return groups;
}

TEST(FusedStep, RandomGroupsOfEveryPairAndLength) {
    test::Rng rng(20);
    const auto edges = test::fp32_edges();
    for (Format a : formats_of_16)
        for (Format b : formats_of_16)
            for (int i = 0; i < 8000; ++i) {
                const auto groups = random_groups(rng, a, b, rng.between(1, 4));
                const uint32_t c =
                    i % 4 == 0
                        ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]
                    : i % 4 == 1 ? rng.fp32_bits(-126, 127)
                                 : rng.fp32_bits(-20, 50);
                ASSERT_EQ(golden_step(groups, c), twin_step(groups, c))
                    << spec_of(a).name << " " << spec_of(b).name << " " << hex(c);
            }
}

// Every distance between C and the groups, from C far above to C cut away completely, with all of
// C's bits set and with one.
TEST(FusedStep, EveryAlignmentDistanceOfC) {
    test::Rng rng(21);
    for (int exponent = -126; exponent <= 127; ++exponent)
        for (uint32_t fraction : {0x000000u, 0x000001u, 0x7FFFFFu, 0x555555u})
            for (uint32_t sign : {0u, 0x80000000u})
                for (int a_byte : {0x00, 0x01, 0x08, 0x39, 0x7E}) {
                    const uint32_t c =
                        sign | static_cast<uint32_t>(exponent + 127) << 23 | fraction;
                    const std::vector<Group> groups{
                        nv_group(rng.between(-2304, 2304), a_byte, 0x7E), nv_group(1, 0x01, 0x01),
                        nv_group(-1, a_byte, 0x0F)};
                    ASSERT_EQ(golden_step(groups, c), twin_step(groups, c))
                        << hex(c) << " " << a_byte;
                }
}

// C is minus the step's own sum, or one unit in its last place beside it.
TEST(FusedStep, CancellationToOneUlpOfC) {
    test::Rng rng(22);
    for (int i = 0; i < 20000; ++i) {
        const auto groups = random_groups(
            rng, formats_of_16[static_cast<size_t>(i) % formats_of_16.size()], Format::nvfp4, 4);
        const uint32_t minus_sum = twin_step(groups, 0) ^ 0x80000000u;
        for (uint32_t c : {minus_sum - 1, minus_sum, minus_sum + 1})
            ASSERT_EQ(golden_step(groups, c), twin_step(groups, c)) << hex(c);
    }
}

TEST(FusedStep, TheLargestAndTheSmallestProducts) {
    EXPECT_EQ(nv_step(std::vector<Group>(4, nv_group(2304, 0x7E, 0x7E)), 0), 0x4DDC8000u);
    EXPECT_EQ(
        nv_step({nv_group(1, 0x01, 0x01), nv_group(0, 0, 0), nv_group(0, 0, 0), nv_group(0, 0, 0)},
                0),
        0x35800000u);
}

TEST(FusedStep, EmptyGroupsUnderLargeScalesCutC) {
    const std::vector<Group> empty(4, nv_group(0, 0x7E, 0x7E));
    EXPECT_EQ(nv_step(empty, 0x3BF521C6), 0x3BF52000u);
    EXPECT_EQ(nv_step(empty, 0xB0463C7F), 0u);
    const std::vector<Group> absent(4, nv_group(0, 0x00, 0x00));
    EXPECT_EQ(nv_step(absent, 0x3BF521C6), 0x3BF521C6u);
}

// Terms are cut toward zero, each on its own, and the sum is truncated: never rounded up, never
// floored.
TEST(FusedStep, CutsTowardZeroOnBothSides) {
    const std::vector<Group> groups{
        nv_group(4, 0x7E, 0x78)}; // 448 * 256 at exponent 16: bits below 2^-19 are cut
    const uint32_t sum = nv_step(groups, 0);
    EXPECT_EQ(nv_step(groups, 0x35FFFFFF), sum);
    EXPECT_EQ(nv_step(groups, 0xB5FFFFFF), sum); // a floor would give one unit less
    EXPECT_EQ(nv_step(groups, 0xB6000000),
              sum - 1); // -2^-19 survives the cut, and the sum is truncated
}

TEST(FusedStep, AnOddTermLosesItsLastBitUnderTheLargestExponent) {
    // Exponents 16 and -12: the small product's bit 2^-20 is below the last kept one, 2^-19.
    EXPECT_EQ(nv_step({nv_group(0, 0x7E, 0x7E), nv_group(1, 0x01, 0x01)}, 0), 0u);
    EXPECT_EQ(nv_step({nv_group(0, 0x7E, 0x7E), nv_group(3, 0x01, 0x01)}, 0), 0x36000000u);
}

TEST(FusedStep, ZeroIsPlusZero) {
    EXPECT_EQ(nv_step({nv_group(0, 0x38, 0x38)}, 0x80000000), 0u);
    EXPECT_EQ(nv_step({nv_group(4, 0x38, 0x38)}, 0xBF800000), 0u);
    EXPECT_EQ(nv_step({nv_group(0, 0x38, 0x38)}, 0x80000001), 0u);
    EXPECT_EQ(nv_step({nv_group(0, 0x00, 0x00)}, 0x80000001), 0x80000001u);
}

TEST(FusedStep, NanThenInfinity) {
    for (uint32_t c : {0x7F800001u, 0xFFC00000u})
        EXPECT_EQ(nv_step({nv_group(4, 0x38, 0x38)}, c), 0x7FFFFFFFu);
    for (uint32_t infinity : {0x7F800000u, 0xFF800000u}) {
        EXPECT_EQ(nv_step({nv_group(-2304, 0x7E, 0x7E)}, infinity), infinity);
        EXPECT_EQ(nv_step({nv_group(0, 0x7F, 0x00)}, infinity), 0x7FFFFFFFu);
    }
    EXPECT_EQ(nv_step({nv_group(0, 0x38, 0x38), nv_group(0, 0x00, 0xFF)}, 0), 0x7FFFFFFFu);
}

TEST(FusedStep, AHugeCAbsorbsTheLargestProducts) {
    EXPECT_EQ(nv_step({nv_group(2304, 0x7E, 0x7E)}, 0x7F7FFFFF), 0x7F7FFFFFu);
    EXPECT_EQ(nv_step({nv_group(-2304, 0x7E, 0x7E)}, 0x7F7FFFFF),
              0x7F7FFFFFu); // cut away: emax - 35 = 2^92
}

// Magnitudes of 2^128 and more are infinite although the rounding is toward zero. Block terms as
// such cannot reach it, wider ones can.
TEST(FusedStep, OverflowIsInfinity) {
    const BlockTerm one_ulp{1 << 8, 104,
                            false}; // 2^104, the last place of the largest finite number
    EXPECT_EQ(fused_step(nv_blackwell, std::array{one_ulp}, {0x7F7FFFFF}).bits, 0x7F800000u);
    const BlockTerm half_ulp{1 << 7, 104, false};
    EXPECT_EQ(fused_step(nv_blackwell, std::array{half_ulp}, {0x7F7FFFFF}).bits, 0x7F7FFFFFu);
    const BlockTerm minus_one_ulp{-(1 << 8), 104, false};
    EXPECT_EQ(fused_step(nv_blackwell, std::array{minus_one_ulp}, {0xFF7FFFFF}).bits, 0xFF800000u);
}

// K % 64 = 16, 32, 48 and 0, one step and several; zero scales, empty blocks and NaN included.
TEST(FusedDot, EveryPairAndLastStepLength) {
    test::Rng rng(23);
    for (Format fa : formats_of_16)
        for (Format fb : formats_of_16)
            for (uint64_t k = 16; k <= 208; k += 16)
                for (int i = 0; i < 25; ++i) {
                    const auto a_specials = test::some_specials[static_cast<size_t>(rng.below(6))],
                               b_specials = test::some_specials[static_cast<size_t>(rng.below(6))];
                    const auto a = test::random_tensor(rng, fa, a_specials, 2, k, i == 0 ? 6 : 0),
                               b = test::random_tensor(rng, fb, b_specials, 3, k);
                    const uint32_t c = i % 4 ? rng.fp32_bits(-25, 50) : rng.fp32_bits();
                    ASSERT_EQ(dot_reference(a, 1, b, 2, {c}, nv_blackwell).bits,
                              slow::fused_dot(a, 1, b, 2, c))
                        << spec_of(fa).name << " " << spec_of(fb).name << " " << k << " " << hex(c);
                }
}

} // namespace
} // namespace fp4
