#include "fp4/arithmetic/fused_step.hpp"

#include <gtest/gtest.h>

#include "fp4/formats/decode.hpp"
#include "fp4/gemm/gemm.hpp"
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
    bool zero_products;
};

// The same steps for golden and for the twin.
struct Rule {
    Arithmetic golden;
    slow::Steps twin;
};
const Rule newer{nv_blackwell, slow::newer}, older{nv_blackwell_1, slow::older};

uint32_t golden_step(const std::vector<Group>& groups, uint32_t c, const Rule& rule = newer) {
    std::vector<BlockTerm> terms;
    for (const Group& g : groups)
        terms.push_back(block_term(g.dot_quarters, block_scale(g.a, g.a_byte),
                                   block_scale(g.b, g.b_byte), g.zero_products));
    return fused_step(rule.golden, terms, {c}).bits;
}

uint32_t twin_step(const std::vector<Group>& groups, uint32_t c, const Rule& rule = newer) {
    std::vector<slow::Term> terms;
    for (const Group& g : groups)
        terms.push_back(slow::term_of(g.dot_quarters, slow::scale_of(g.a, g.a_byte),
                                      slow::scale_of(g.b, g.b_byte), g.zero_products));
    return slow::fused_step(terms, c, rule.twin);
}

// A dot of 0 is one whose products are zero.
Group group_of(Format format, int dot_quarters, int a_byte, int b_byte) {
    return {dot_quarters,
            format,
            static_cast<uint8_t>(a_byte),
            format,
            static_cast<uint8_t>(b_byte),
            dot_quarters == 0};
}
Group nv_group(int dot_quarters, int a_byte, int b_byte) {
    return group_of(Format::nvfp4, dot_quarters, a_byte, b_byte);
}

// A dot of 0 whose products cancel.
Group canceled_group(int a_byte, int b_byte) {
    Group group = nv_group(0, a_byte, b_byte);
    group.zero_products = false;
    return group;
}

uint32_t nv_step(const std::vector<Group>& groups, uint32_t c, const Rule& rule = newer) {
    const uint32_t d = golden_step(groups, c, rule);
    EXPECT_EQ(d, twin_step(groups, c, rule)) << hex(c);
    return d;
}

std::vector<Group> random_groups(test::Rng& rng, Format a, Format b, int count) {
    std::vector<Group> groups;
    for (int i = 0; i < count; ++i) {
        const int limit = rng.one_in(3) ? 15376 : rng.one_in(2) ? 2304 : 3;
        const int dot = rng.one_in(6) ? 0 : rng.between(-limit, limit);
        groups.push_back({dot, a, test::random_scale(rng, a), b, test::random_scale(rng, b),
                          dot == 0 && rng.one_in(2)});
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
                for (const Rule& rule : {newer, older})
                    ASSERT_EQ(golden_step(groups, c, rule), twin_step(groups, c, rule))
                        << spec_of(a).name << " " << spec_of(b).name << " " << hex(c) << " "
                        << rule.golden.name;
            }
}

// Every rule that a row may state, over groups with zero scales, zero products and products that
// cancel; a step that is short lacks zero products.
TEST(FusedStep, EveryRuleThatARowMayState) {
    test::Rng rng(24);
    const std::array<std::pair<ZeroRule, const char*>, 3> zero_rules{
        {{ZeroRule::zero_scales, "zero scales"},
         {ZeroRule::zero_products, "zero products"},
         {ZeroRule::zero_sums, "zero sums"}}};
    for (const auto& [zero_rule, name] : zero_rules)
        for (int terms : {1, 2, 4, 8})
            for (int group = 1; group <= terms; group *= 2)
                for (bool normalized : {false, true})
                    for (int bits : {1, 8, 22, 23, 35, 36, 60}) {
                        Rule rule{nv_blackwell,
                                  {name, -139, bits, static_cast<size_t>(terms),
                                   static_cast<size_t>(group), normalized}};
                        rule.golden.steps = {terms, bits, zero_rule, -139, group, normalized};
                        ASSERT_TRUE(check_arithmetic(rule.golden));
                        for (int i = 0; i < 60; ++i) {
                            const auto groups = random_groups(rng, Format::nvfp4, Format::razer_w,
                                                              rng.between(1, terms));
                            const uint32_t c =
                                i % 3 == 0 ? 0 : rng.fp32_bits(i % 3 == 1 ? -40 : -10, 40);
                            ASSERT_EQ(golden_step(groups, c, rule), twin_step(groups, c, rule))
                                << name << " " << terms << " " << group << " " << normalized << " "
                                << bits << " " << hex(c);
                        }
                    }
}

TEST(FusedStep, ARuleOutsideItsRangesIsAnError) {
    const auto refused = [](auto change) {
        Arithmetic arithmetic = nv_blackwell;
        change(arithmetic.steps);
        return !check_arithmetic(arithmetic);
    };
    for (int terms : {-4, 0, 3, 5, 6, 7, 16, 99})
        EXPECT_TRUE(refused([&](FusedSteps& s) { s.terms = terms; })) << terms;
    for (int bits : {-35, 0, 61, 99})
        EXPECT_TRUE(refused([&](FusedSteps& s) { s.fraction_bits = bits; })) << bits;
    for (int group : {-1, 0, 3, 8})
        EXPECT_TRUE(refused([&](FusedSteps& s) { s.group_terms = group; })) << group;
    for (int exponent : {-301, -125, 0})
        EXPECT_TRUE(refused([&](FusedSteps& s) { s.zero_exponent = exponent; })) << exponent;
    Arithmetic without_steps = exact;
    without_steps.steps.terms = 99;
    EXPECT_TRUE(check_arithmetic(without_steps));
    // A group of several terms is added without loss, which E8M0 scales are too far apart for.
    Arithmetic pairs = nv_blackwell;
    pairs.steps.group_terms = 2;
    EXPECT_TRUE(groups_fit(pairs, Format::nvfp4, Format::razer_a));
    EXPECT_FALSE(groups_fit(pairs, Format::mxfp4, Format::mxfp4));
    EXPECT_TRUE(groups_fit(nv_blackwell, Format::mxfp4, Format::mxfp4));
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

// What tells the two rules apart: zeros under large scales.
TEST(FusedStep, ZeroProductsTakeNoPartButInTheOlderRule) {
    const std::vector<Group> empty(4, nv_group(0, 0x7E, 0x7E));
    EXPECT_EQ(nv_step(empty, 0x3BF521C6), 0x3BF521C6u);
    EXPECT_EQ(nv_step(empty, 0xB0463C7F), 0xB0463C7Fu);
    EXPECT_EQ(nv_step(empty, 0x3BF521C6, older), 0x3BF52000u);
    EXPECT_EQ(nv_step(empty, 0xB0463C7F, older), 0u);
    const std::vector<Group> absent(4, nv_group(0, 0x00, 0x7E));
    EXPECT_EQ(nv_step(absent, 0x3BF521C6), 0x3BF521C6u);
    EXPECT_EQ(nv_step(absent, 0x3BF521C6, older), 0x3BF521C6u);
}

TEST(FusedStep, ProductsThatCancelKeepTheExponentOfTheirScales) {
    const std::vector<Group> canceled{canceled_group(0x7E, 0x7E), nv_group(1, 0x01, 0x01)};
    EXPECT_EQ(nv_step(canceled, 0), 0u);
    EXPECT_EQ(nv_step(canceled, 0, older), 0u);
    Rule sums = newer;
    sums.golden.steps.zero_rule = ZeroRule::zero_sums;
    sums.twin.left_out = "zero sums";
    EXPECT_EQ(nv_step(canceled, 0, sums), 0x35800000u);
}

// dot_quarters / 4 * 2^(a_byte + b_byte - 254)
Group mx(int dot_quarters, int a_byte, int b_byte) {
    return group_of(Format::mxfp4, dot_quarters, a_byte, b_byte);
}

// 2^-149 and a negative term behind it: where the last bit that is kept is its own, the sum is
// below 2^-149 and D is 0; one bit lower it is cut away.
TEST(FusedStep, TheExponentOfAZeroCSaysWhereTermsAreCut) {
    for (const auto& [rule, last_kept] : {std::pair{&newer, -139 - 35}, {&older, -126 - 35}})
        for (const auto& [below, d] : {std::pair{0, 0u}, {1, 1u}}) {
            const int byte_sum = last_kept - below + 2 + 254;
            EXPECT_EQ(
                nv_step({mx(4, 50, 55), mx(-1, byte_sum / 2, byte_sum - byte_sum / 2)}, 0, *rule),
                d)
                << last_kept;
        }
}

// Under E8M0 scales, whose terms lie far below: the exponent of a zero is what remains.
TEST(FusedStep, TheZeroExponentIsAFloorWhereAZeroIsPresent) {
    // 2^-173 and 2^-174 under C = 0: 35 bits below -139 end at 2^-174.
    const std::vector<Group> tiny(4, mx(4, 40, 41));
    for (const Rule& rule : {newer, older})
        for (int shift = 0; shift < 40; ++shift) {
            std::vector<Group> groups = tiny;
            for (Group& group : groups) group.a_byte = static_cast<uint8_t>(group.a_byte + shift);
            nv_step(groups, 0, rule);
            nv_step(groups, 1, rule);
            groups.pop_back();
            nv_step(groups, 1, rule);
            groups.push_back(mx(0, 200, 200));
            nv_step(groups, 1, rule);
        }
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
    EXPECT_EQ(nv_step({canceled_group(0x7E, 0x7E), nv_group(1, 0x01, 0x01)}, 0), 0u);
    EXPECT_EQ(nv_step({canceled_group(0x7E, 0x7E), nv_group(3, 0x01, 0x01)}, 0), 0x36000000u);
    EXPECT_EQ(nv_step({nv_group(0, 0x7E, 0x7E), nv_group(1, 0x01, 0x01)}, 0, older), 0u);
    EXPECT_EQ(nv_step({nv_group(0, 0x7E, 0x7E), nv_group(3, 0x01, 0x01)}, 0), 0x36400000u);
}

// 512 + 2^-15 lies between two floats. The sum of 70 bits ends far below what 64 of them hold, and
// its last bit decides.
TEST(FusedStep, TheLastOfManyKeptBitsBreaksATie) {
    Rule rule = newer;
    rule.golden.rounding = Rounding::nearest_even;
    rule.golden.steps.fraction_bits = max_step_fraction_bits;
    const std::vector<Group> groups{nv_group(2048, 0x38, 0x38), nv_group(4, 0x01, 0x08)};
    EXPECT_EQ(golden_step(groups, 0, rule), 0x44000000u);
    EXPECT_EQ(golden_step(groups, 0x22800000, rule), 0x44000001u); // C = 2^-58
    EXPECT_EQ(golden_step(groups, 0xA2800000, rule), 0x44000000u);
}

TEST(FusedStep, ZeroIsPlusZero) {
    EXPECT_EQ(nv_step({nv_group(0, 0x38, 0x38)}, 0x80000000), 0u);
    EXPECT_EQ(nv_step({nv_group(4, 0x38, 0x38)}, 0xBF800000), 0u);
    EXPECT_EQ(nv_step({canceled_group(0x38, 0x38)}, 0x80000001), 0u);
    EXPECT_EQ(nv_step({nv_group(0, 0x38, 0x38)}, 0x80000001, older), 0u);
    EXPECT_EQ(nv_step({nv_group(0, 0x38, 0x38)}, 0x80000001), 0x80000001u);
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
    const BlockTerm one_ulp{1 << 8, 104, false,
                            false}; // 2^104, the last place of the largest finite number
    EXPECT_EQ(fused_step(nv_blackwell, std::array{one_ulp}, {0x7F7FFFFF}).bits, 0x7F800000u);
    const BlockTerm half_ulp{1 << 7, 104, false, false};
    EXPECT_EQ(fused_step(nv_blackwell, std::array{half_ulp}, {0x7F7FFFFF}).bits, 0x7F7FFFFFu);
    const BlockTerm minus_one_ulp{-(1 << 8), 104, false, false};
    EXPECT_EQ(fused_step(nv_blackwell, std::array{minus_one_ulp}, {0xFF7FFFFF}).bits, 0xFF800000u);
}

// K % 64 = 16, 32, 48 and 0, one step and several; zero scales, empty blocks and NaN included.
TEST(FusedDot, EveryPairAndLastStepLength) {
    test::Rng rng(23);
    for (Format fa : formats_of_16)
        for (Format fb : formats_of_16)
            for (uint64_t k = 16; k <= 208; k += 16)
                for (int i = 0; i < 25 && check_formats(fa, fb, nv_blackwell); ++i) {
                    const auto a_specials = test::some_specials[static_cast<size_t>(rng.below(6))],
                               b_specials = test::some_specials[static_cast<size_t>(rng.below(6))];
                    const auto a = test::random_tensor(rng, fa, a_specials, 2, k, i == 0 ? 6 : 0),
                               b = test::random_tensor(rng, fb, b_specials, 3, k);
                    const uint32_t c = i % 4 ? rng.fp32_bits(-25, 50) : rng.fp32_bits();
                    for (const Rule& rule : {newer, older})
                        ASSERT_EQ(dot_reference(a, 1, b, 2, {c}, rule.golden).bits,
                                  slow::fused_dot(a, 1, b, 2, c, rule.twin))
                            << spec_of(fa).name << " " << spec_of(fb).name << " " << k << " "
                            << hex(c) << " " << rule.golden.name;
                }
}

} // namespace
} // namespace fp4
