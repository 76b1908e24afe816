// Blocks of 32 under E8M0 scales in every profile, with emphasis on the ends of the scales'
// range.
#include <gtest/gtest.h>

#include "fp4/arithmetic/exact_sum.hpp"
#include "fp4/arithmetic/fused_step.hpp"
#include "fp4/gemm/gemm.hpp"
#include "operands.hpp"
#include "slow_dot.hpp"

namespace fp4 {
namespace {

using test::hex;
constexpr auto mxfp4 = Format::mxfp4;

// One row of blocks: each has `scale` and, in its first element, `code`.
struct FirstElement {
    uint8_t scale;
    uint8_t code;
};

PackedTensor row_of(const std::vector<FirstElement>& blocks) {
    PackedTensor tensor{mxfp4, {}, 1, 32 * blocks.size(), std::vector<uint8_t>(16 * blocks.size()),
                        {}};
    for (size_t i = 0; i < blocks.size(); ++i) {
        tensor.codes[16 * i] = blocks[i].code;
        tensor.scales.push_back(blocks[i].scale);
    }
    return tensor;
}

uint32_t twin_dot(const PackedTensor& a, const PackedTensor& b, uint32_t c,
                  const Arithmetic& arithmetic) {
    return slow::profile_dot(arithmetic, a, 0, b, 0, c);
}

// D by both paths, which the twin confirms.
uint32_t dot(const PackedTensor& a, const PackedTensor& b, uint32_t c,
             const Arithmetic& arithmetic) {
    const uint32_t d = dot_reference(a, 0, b, 0, {c}, arithmetic).bits;
    const auto fast = gemm_fast(a, b, std::array{Fp32{c}}, arithmetic);
    EXPECT_TRUE(fast && (*fast)[0].bits == d) << arithmetic.name << " " << hex(c);
    EXPECT_EQ(hex(d), hex(twin_dot(a, b, c, arithmetic))) << arithmetic.name << " " << hex(c);
    return d;
}

uint32_t dot(const std::vector<FirstElement>& a, const std::vector<FirstElement>& b, uint32_t c,
             const Arithmetic& arithmetic) {
    return dot(row_of(a), row_of(b), c, arithmetic);
}

// Every pair of scale bytes at and near the ends, one and two blocks, with a C at every edge.
TEST(Mxfp4Dot, ScalesAtTheEndsOfTheirRangeInEveryProfile) {
    test::Rng rng(62);
    constexpr uint8_t bytes[] = {0x00, 0x01, 0x02, 0x35, 0x40, 0x7F, 0xBF, 0xC0, 0xFD, 0xFE};
    const auto edges = test::fp32_edges();
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        for (uint8_t a_byte : bytes)
            for (uint8_t b_byte : bytes)
                for (uint64_t k : {32u, 64u, 96u}) {
                    auto a = test::random_tensor(rng, mxfp4, {}, 1, k),
                         b = test::random_tensor(rng, mxfp4, {}, 1, k);
                    a.scales[0] = a_byte, b.scales[0] = b_byte;
                    for (size_t block = 1; block < a.scales.size(); ++block)
                        a.scales[block] = bytes[static_cast<size_t>(rng.below(10))],
                        b.scales[block] = bytes[static_cast<size_t>(rng.below(10))];
                    if (k == 64)
                        std::ranges::fill(a.codes,
                                          a_byte == b_byte
                                              ? uint8_t{0}
                                              : uint8_t{0x77}); // exponents of empty terms count
                    for (uint32_t c : edges) dot(a, b, c, arithmetic);
                    if (HasFailure()) return;
                }
}

TEST(Mxfp4Dot, RandomRowsInEveryProfile) {
    test::Rng rng(63);
    const auto edges = test::fp32_edges();
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        for (int i = 0; i < 1500; ++i) {
            const auto k = static_cast<uint64_t>(32 * rng.between(1, 7));
            auto a = test::random_tensor(rng, mxfp4, {}, 1, k, i % 10 ? 0 : 6),
                 b = test::random_tensor(rng, mxfp4, {}, 1, k);
            if (i % 3 == 0) // results near and below 2^-126
                for (size_t block = 0; block < a.scales.size(); ++block)
                    b.scales[block] = static_cast<uint8_t>(
                        std::clamp(254 - rng.between(120, 160) - a.scales[block], 0, 254));
            uint32_t c = i % 3 == 0   ? rng.fp32_bits(-126, -110)
                         : i % 3 == 1 ? rng.fp32_bits(-60, 60)
                                      : edges[static_cast<size_t>(i) % edges.size()];
            if (i % 6 == 0) c = rng.fp32_bits() & 0x807FFFFF;
            if (i % 5 == 0)
                c = twin_dot(a, b, 0x80000000, arithmetic) ^
                    0x80000000u; // nearly everything cancels
            dot(a, b, c, arithmetic);
            if (HasFailure()) return;
        }
}

TEST(Mxfp4Dot, ANanScaleUnderZerosMakesNanInEveryProfile) {
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        for (uint32_t c : {0u, 0x3F800000u, 0x7F800000u, 0xFF800000u, 0x7FC00000u}) {
            EXPECT_EQ(dot({{0x7F, 2}, {0xFF, 0}}, {{0x7F, 2}, {0x00, 0}}, c, arithmetic),
                      0x7FFFFFFFu);
            EXPECT_EQ(dot({{0x00, 0}}, {{0xFF, 2}}, c, arithmetic), 0x7FFFFFFFu);
        }
}

TEST(Mxfp4Dot, AnInfiniteCPassesThroughTheLargestBlocks) {
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        EXPECT_EQ(dot({{0xFE, 0xF}}, {{0xFE, 7}}, 0x7F800000, arithmetic), 0x7F800000u);
        EXPECT_EQ(dot({{0xFE, 7}}, {{0xFE, 7}}, 0xFF800000, arithmetic), 0xFF800000u);
    }
}

// 2^254 - 2^254 leaves 2^-256, which decides a tie of C.
TEST(Mxfp4Dot, ExactKeepsTheSmallestProductBesideTheLargest) {
    const std::vector<FirstElement> large{{0xFE, 2}, {0xFE, 0xA}, {0x80, 1}, {0x00, 1}},
        minus{{0xFE, 2}, {0xFE, 0xA}, {0x80, 1}, {0x00, 9}};
    // Products: 2^254, -2^254, 2^-24 (half a unit of C), +-2^-256.
    const std::vector<FirstElement> ones{{0xFE, 2}, {0xFE, 2}, {0x68, 1}, {0x00, 1}};
    EXPECT_EQ(dot(large, ones, 0x3F800000, exact), 0x3F800001u);
    EXPECT_EQ(dot(minus, ones, 0x3F800000, exact), 0x3F800000u);
    EXPECT_EQ(dot(minus, ones, 0x3F800001, exact), 0x3F800001u);
    EXPECT_EQ(dot(large, ones, 0x3F800001, exact), 0x3F800002u);
    // Without the residue: ties to even.
    const std::vector<FirstElement> tie{{0xFE, 2}, {0xFE, 0xA}, {0x80, 1}};
    const std::vector<FirstElement> tie_ones{{0xFE, 2}, {0xFE, 2}, {0x68, 1}};
    EXPECT_EQ(dot(tie, tie_ones, 0x3F800000, exact), 0x3F800000u);
    EXPECT_EQ(dot(tie, tie_ones, 0x3F800001, exact), 0x3F800002u);
}

TEST(Mxfp4Dot, ExactOverflowsOnlyInTheLastRounding) {
    EXPECT_EQ(dot({{0xFE, 7}, {0xFE, 0xF}, {0x7F, 2}}, {{0xFE, 7}, {0xFE, 7}, {0x7F, 2}}, 0, exact),
              0x3F800000u);
    EXPECT_EQ(dot({{0xFE, 7}}, {{0xFE, 7}}, 0, exact), 0x7F800000u);
    EXPECT_EQ(dot({{0xFE, 0xF}}, {{0xFE, 7}}, 0x7F7FFFFF, exact), 0xFF800000u);
    EXPECT_EQ(dot({{0xBF, 2}}, {{0xBE, 2}}, 0xFF000000, exact), 0u); // 2^127 - 2^127
    EXPECT_EQ(dot({{0xBF, 2}}, {{0xBF, 2}}, 0xF3000000, exact),
              0x7F800000u); // 2^128 - 2^103: a tie with the even 2^128
    EXPECT_EQ(dot({{0xBF, 2}}, {{0xBF, 2}}, 0xF3000001, exact), 0x7F7FFFFFu);
}

TEST(Mxfp4Dot, ResultsAtTheSmallestSubnormal) {
    // 0.5 * 0.5 * 2^e: e = -147 is 2^-149.
    const auto product = [](int exponent, uint8_t code, const Arithmetic& arithmetic) {
        return dot({{static_cast<uint8_t>(exponent + 127 + 64), code}}, {{127 - 64, 1}}, 0,
                   arithmetic);
    };
    for (const Arithmetic* nearest : {&exact, &fp32_seq}) {
        EXPECT_EQ(product(-147, 1, *nearest), 1u);
        EXPECT_EQ(product(-148, 1, *nearest), 0u);            // a tie with zero
        EXPECT_EQ(product(-148, 0xB, *nearest), 0x80000002u); // -1.5 units
        EXPECT_EQ(product(-149, 3, *nearest), 1u);            // 0.75 units
    }
    EXPECT_EQ(product(-147, 1, nv_blackwell), 1u);
    EXPECT_EQ(product(-148, 0xB, nv_blackwell), 0x80000001u); // toward zero
    EXPECT_EQ(product(-149, 0xB, nv_blackwell), 0u);
    EXPECT_EQ(product(-127, 1, nv_blackwell), 0x00100000u); // 2^-129
}

// C = 0 holds the largest exponent at -126 in nv-blackwell-1, where 35 bits below it is 2^-161, and
// at -139 in nv-blackwell, 2^-174.
TEST(Mxfp4Dot, ATermFarBelowAZeroCIsCutInAFusedStep) {
    for (const auto& [profile, lsb] : {std::pair{&nv_blackwell_1, -161}, {&nv_blackwell, -174}}) {
        // Units of 2^lsb: 2^(-149 - lsb) of them are the smallest subnormal.
        const int units = -149 - lsb, exponent = lsb + 8;
        const BlockTerm almost{(1 << 20) - 1, lsb - (20 - 8) + units, false, false};
        const auto d = [&](auto... terms) {
            return fused_step(*profile, std::array{terms...}, {0}).bits;
        };
        EXPECT_EQ(d(BlockTerm{1 << 20, almost.exponent, false, false}), 1u) << profile->name;
        EXPECT_EQ(d(almost), 0u) << profile->name;
        // What is missing lies 2^-20 of that below, one unit or more where units are small enough.
        const int last = almost.exponent - block_term_fraction_bits; // of `almost`
        EXPECT_EQ(d(almost, BlockTerm{1, almost.exponent, false, false}), last >= lsb ? 1u : 0u)
            << profile->name;
        // One unit makes up for what was cut off, but not for more.
        EXPECT_EQ(d(BlockTerm{1, exponent, false, false}, almost), last >= lsb ? 0u : 1u)
            << profile->name;
    }
}

// Two groups of 16 under one scale are two terms of a fused step: each keeps the block's exponent.
TEST(Mxfp4Dot, ABlockIsTwoTermsUnderOneScale) {
    PackedTensor a{mxfp4, {}, 1, 64, std::vector<uint8_t>(32), {0x7F, 0x6B}},
        b{mxfp4, {}, 1, 64, std::vector<uint8_t>(32), {0x7F, 0x6B}};
    a.codes[8] = b.codes[8] = 0x22;   // elements 16 and 17, the second group of the first block: 2
    a.codes[24] = b.codes[24] = 0x01; // element 48, the second group of the second block: 2^-42
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        EXPECT_EQ(dot(a, b, 0, arithmetic), 0x40000000u);
    EXPECT_EQ(dot(a, b, 0xC0000000, exact), 0x2A800000u); // 2^-42
    EXPECT_EQ(dot(a, b, 0xC0000000, fp32_seq), 0x2A800000u);
    EXPECT_EQ(dot(a, b, 0xC0000000, nv_blackwell),
              0u); // C's exponent is 1: bits below 2^-34 are cut
}

TEST(Mxfp4Dot, KIsAMultipleOf32) {
    test::Rng rng(64);
    const auto b = test::random_tensor(rng, mxfp4, {}, 1, 64);
    for (uint64_t k : {16u, 48u, 80u}) {
        PackedTensor a{mxfp4, {}, 1, k, std::vector<uint8_t>(k / 2), std::vector<uint8_t>(k / 32)};
        for (const Arithmetic& arithmetic : arithmetic_profiles) {
            const auto status = check_gemm(a, b, {}, arithmetic);
            ASSERT_FALSE(status);
            EXPECT_EQ(status.error().message,
                      "A: K: expected a multiple of 32, found " + std::to_string(k));
        }
    }
}

TEST(Mxfp4Dot, BlocksOf32DoNotMeetBlocksOf16) {
    test::Rng rng(65);
    const auto mx = test::random_tensor(rng, mxfp4, {}, 1, 64);
    for (Format format : test::formats_of_16) {
        const auto other = test::random_tensor(rng, format, {}, 1, 64);
        const std::string name(spec_of(format).name);
        for (const Arithmetic& arithmetic : arithmetic_profiles) {
            const auto mx_first = check_gemm(mx, other, {}, arithmetic),
                       mx_second = check_gemm(other, mx, {}, arithmetic);
            ASSERT_FALSE(mx_first);
            ASSERT_FALSE(mx_second);
            EXPECT_EQ(mx_first.error().code, ErrorCode::bad_argument);
            EXPECT_EQ(mx_first.error().message,
                      "format of B: expected blocks of 32 as in A, found " + name +
                          " with blocks of 16");
            EXPECT_EQ(mx_second.error().message,
                      "format of B: expected blocks of 16 as in A, found mxfp4 with blocks of 32");
            for (const auto& result : {gemm_reference(mx, other, {}, arithmetic),
                                       gemm_fast(mx, other, {}, arithmetic)}) {
                ASSERT_FALSE(result);
                EXPECT_EQ(result.error().message, mx_first.error().message);
            }
        }
    }
}

// The register's claim: 2^27 blocks and more; and the compat encodings have the limits of the
// formats they re-encode.
TEST(Mxfp4Dot, ExactKLimits) {
    EXPECT_EQ(exact_k_limit(mxfp4, {}, mxfp4, {}), uint64_t{1} << 49);
    const auto same = [](Format compat, Format canonical) {
        for (Specials specials : test::some_specials)
            for (Format other : test::formats_of_16)
                EXPECT_EQ(exact_k_limit(compat, specials, other, specials),
                          exact_k_limit(canonical, specials, other, specials));
    };
    same(Format::razer_cuda, Format::razer_w);
    same(Format::rzr4, Format::razer_a);
}

} // namespace
} // namespace fp4
