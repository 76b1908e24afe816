#include <gtest/gtest.h>

#include "fp4/formats/decode.hpp"
#include "fp4/arithmetic/exact_sum.hpp"
#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"
#include "slow_dot.hpp"

namespace fp4 {
namespace {

using slow::Exact;
using test::formats_of_16;
using test::hex;

uint32_t finish(int64_t sum_q20, uint32_t c) { return ExactSum::finish(sum_q20, false, {c}).bits; }

uint32_t twin(int64_t sum_q20, uint32_t c) {
    return slow::bits_of_value(slow::fp32_layout,
                               slow::scaled(sum_q20, -20) + slow::value_of_fp32(c), false);
}

int64_t random_sum(test::Rng& rng) {
    const auto magnitude = static_cast<int64_t>(rng.bits() >> rng.between(1, 63));
    return rng.one_in(2) ? -magnitude : magnitude;
}

TEST(ExactFinish, RandomSumsAndC) {
    test::Rng rng(10);
    for (int i = 0; i < 150000; ++i) {
        const int64_t sum = random_sum(rng);
        const uint32_t c = i % 2 ? rng.fp32_bits(-126, 127) : rng.fp32_bits(-40, 45);
        ASSERT_EQ(finish(sum, c), twin(sum, c)) << sum << " " << hex(c);
    }
}

TEST(ExactFinish, EdgesOfCAgainstPowersOfTwo) {
    for (uint32_t c : test::finite_edges())
        for (int power = 0; power <= 62; ++power)
            for (int64_t offset : {-1, 0, 1})
                for (int sign : {-1, 1}) {
                    const int64_t sum = sign * ((int64_t{1} << power) + offset);
                    ASSERT_EQ(finish(sum, c), twin(sum, c)) << sum << " " << hex(c);
                }
}

TEST(ExactFinish, TheEndsOfInt64) {
    constexpr int64_t ends[] = {INT64_MAX, INT64_MAX - 1, INT64_MIN, INT64_MIN + 1};
    for (int64_t sum : ends)
        for (uint32_t c : test::finite_edges())
            ASSERT_EQ(finish(sum, c), twin(sum, c)) << sum << " " << hex(c);
}

// C is minus the sum to within one unit in its last place, so that nearly everything cancels.
TEST(ExactFinish, CancellationToOneUlpOfC) {
    test::Rng rng(11);
    for (int i = 0; i < 40000; ++i) {
        const int64_t sum = random_sum(rng);
        const uint32_t minus_sum = twin(-sum, 0);
        if (minus_sum == 0) continue;
        for (uint32_t c : {minus_sum - 1, minus_sum, minus_sum + 1}) {
            ASSERT_EQ(finish(sum, c), twin(sum, c)) << sum << " " << hex(c);
        }
    }
}

// A sum whose rounding is a tie until a C far below 2^-20 decides it.
TEST(ExactFinish, AStickyCDecidesTies) {
    constexpr int64_t tie =
        (int64_t{0xFFFFFF} << 4) + 8; // 24 bits, then exactly half a unit; odd, so it would go up
    const uint32_t up = twin(tie, 0), down = up - 1;
    for (uint32_t c : {0x00000001u, 0x00800000u, 0x1F800000u, 0x2A000000u}) {
        EXPECT_EQ(finish(tie, c), up) << hex(c);
        EXPECT_EQ(finish(tie, c | 0x80000000u), down) << hex(c);
    }
    constexpr int64_t even_tie = (int64_t{0xFFFFFE} << 4) + 8;
    EXPECT_EQ(finish(even_tie, 0), twin(0xFFFFFE * 16, 0));
    EXPECT_EQ(finish(even_tie, 0x00000001), twin(0xFFFFFF * 16, 0));
}

TEST(ExactFinish, AStickySumDecidesTiesOfAHugeC) {
    EXPECT_EQ(finish(int64_t{1} << 20, 0x4B800000), 0x4B800000u);       // 2^24 + 1: a tie to even
    EXPECT_EQ(finish((int64_t{1} << 20) + 1, 0x4B800000), 0x4B800001u); // one unit more is not
    EXPECT_EQ(finish(int64_t{1} << 20, 0x4B800001), 0x4B800002u);
    EXPECT_EQ(finish((int64_t{1} << 20) - 1, 0x4B800001), 0x4B800001u);
    EXPECT_EQ(finish(1, 0x7F7FFFFF), 0x7F7FFFFFu);
}

TEST(ExactFinish, ZeroIsPlusZero) {
    EXPECT_EQ(finish(0, 0x80000000), 0u);
    EXPECT_EQ(finish(-(int64_t{1} << 20), 0x3F800000), 0u);
    EXPECT_EQ(finish(int64_t{1} << 20, 0xBF800000), 0u);
    EXPECT_EQ(finish(0, 0x80000001), 0x80000001u);
}

TEST(ExactFinish, NanThenInfinity) {
    for (uint32_t nan : {0x7F800001u, 0xFFC00000u}) EXPECT_EQ(finish(5, nan), 0x7FFFFFFFu);
    for (uint32_t infinity : {0x7F800000u, 0xFF800000u}) {
        EXPECT_EQ(finish(5, infinity), infinity);
        EXPECT_EQ(ExactSum::finish(5, true, {infinity}).bits, 0x7FFFFFFFu);
    }
    EXPECT_EQ(ExactSum::finish(0, true, {0}).bits, 0x7FFFFFFFu);
}

TEST(ExactSum, ANanScaleCountsUnderZeroElementsToo) {
    ExactSum sum;
    sum.add(block_term(0, block_scale(Format::nvfp4, 0x7F), block_scale(Format::nvfp4, 0x00)));
    sum.add(block_term(4, block_scale(Format::nvfp4, 0x38), block_scale(Format::nvfp4, 0x38)));
    EXPECT_EQ(sum.finish({0}).bits, 0x7FFFFFFFu);
}

// As many of the largest terms as the limit allows stay inside int64, in both directions.
TEST(ExactSum, TheWorstCaseFillsTheAccumulatorWithoutOverflow) {
    const Scale largest = block_scale(Format::razer_a, 0x7E);
    const uint64_t blocks =
        exact_k_limit(Format::razer_a, {31, 16}, Format::razer_a, {31, 16}) / 16;
    for (int sign : {-1, 1}) {
        ExactSum sum;
        for (uint64_t i = 0; i < blocks; ++i) sum.add(block_term(sign * 15376, largest, largest));
        const Exact expected = slow::scaled(Exact(sign * 15376) * 229376 * 229376 * blocks, -20);
        EXPECT_EQ(sum.finish({0}).bits, slow::bits_of_value(slow::fp32_layout, expected, false));
    }
}

TEST(ExactDot, RandomRowsOfEveryPair) {
    test::Rng rng(12);
    for (Format fa : formats_of_16)
        for (Format fb : formats_of_16)
            for (int i = 0; i < 300; ++i) {
                const auto a_specials = test::some_specials[static_cast<size_t>(rng.below(6))],
                           b_specials = test::some_specials[static_cast<size_t>(rng.below(6))];
                const auto k = static_cast<uint64_t>(16 * rng.between(1, 12));
                const auto a = test::random_tensor(rng, fa, a_specials, 1, k, i % 10 ? 0 : 8),
                           b = test::random_tensor(rng, fb, b_specials, 1, k);
                const auto edges = test::fp32_edges();
                uint32_t c =
                    i % 5 ? rng.fp32_bits(-30, 40)
                          : edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))];
                if (i % 5 == 1)
                    c = slow::exact_dot(a, 0, b, 0, 0x80000000) ^
                        0x80000000u; // what is left is the rounding error of the sum
                ASSERT_EQ(dot_reference(a, 0, b, 0, {c}, exact).bits,
                          slow::exact_dot(a, 0, b, 0, c))
                    << spec_of(fa).name << " " << spec_of(fb).name << " " << hex(c);
            }
}

TEST(ExactKLimit, OfEveryFormatWithItself) {
    for (Format format : test::all_formats)
        EXPECT_EQ(exact_k_limit(format, {}, format, {}), test::row_of(format).exact_k)
            << spec_of(format).name;
}

TEST(ExactKLimit, IsThePrintedTable) {
    struct Row {
        Format a;
        uint8_t a_special;
        Format b;
        uint8_t b_special;
        uint64_t blocks, k;
    };
    constexpr Row rows[] = {
        {Format::nvfp4, 10, Format::nvfp4, 10, 76087, 1217392},
        {Format::razer_w, 16, Format::razer_a, 10, 852176, 13634816},
        {Format::razer_w, 16, Format::nvfp4, 10, 852176, 13634816},
        {Format::razer_w, 31, Format::razer_a, 31, 170257, 2724112},
        {Format::razer_a, 31, Format::nvfp4, 10, 29453, 471248},
        {Format::razer_a, 31, Format::razer_a, 31, 11401, 182416},
    };
    for (const Row& row : rows) {
        const Specials a{row.a_special, row.a_special}, b{row.b_special, row.b_special};
        EXPECT_EQ(exact_k_limit(row.a, a, row.b, b), row.k);
        EXPECT_EQ(exact_k_limit(row.b, b, row.a, a), row.k);
        EXPECT_EQ(row.blocks * 16, row.k);
    }
}

TEST(ExactKLimit, OnlySpecialsThatTheFormatHasCount) {
    const auto limit = [](Format format, Specials specials) {
        return exact_k_limit(format, specials, Format::nvfp4, {31, 31});
    };
    EXPECT_EQ(limit(Format::nvfp4, {31, 31}), 1217392u);
    EXPECT_EQ(limit(Format::razer_a, {10, 31}), 1217392u);
    EXPECT_EQ(limit(Format::razer_a, {31, 10}), 471248u);
    EXPECT_EQ(limit(Format::razer_w, {10, 31}), limit(Format::razer_w, {31, 10}));
    EXPECT_LT(limit(Format::razer_w, {10, 31}), limit(Format::razer_w, {10, 16}));
}

} // namespace
} // namespace fp4
