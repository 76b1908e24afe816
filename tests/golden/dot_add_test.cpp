#include "fp4/dot_add.hpp"

#include <gtest/gtest.h>

#include <set>

#include "operands.hpp"
#include "slow_dot_add.hpp"

namespace fp4 {
namespace {

using test::hex;

const std::map<std::string, slow::GpuDot> twins = slow::gpu_dots();

// n * 2^exponent as an element code.
uint32_t code_of(ElementFormat format, int n, int exponent) {
    const FloatSpec& layout = spec_of(format).layout;
    const auto magnitude = static_cast<uint64_t>(std::abs(n));
    const auto code = static_cast<uint32_t>(round_magnitude(layout, magnitude, exponent, false, Rounding::toward_zero));
    EXPECT_EQ(slow::value_of_code({layout.exponent_bits, layout.fraction_bits, layout.bias}, code), slow::scaled(magnitude, exponent)) << n << " * 2^" << exponent;
    return code | (n < 0 ? 1u << layout.sign_position() : 0u);
}

// Products n * 2^exponent, as elements of about equal exponents.
struct Power {
    int n;
    int exponent;
};

// Two steps of products, all zero but those that are placed.
struct Dot {
    const DotProfile& profile;
    std::vector<uint32_t> a, b;
    std::vector<uint8_t> scales;

    explicit Dot(const DotProfile& p) : profile(p), a(static_cast<size_t>(2 * p.step)), b(a.size()), scales(p.block_scaled ? 2 : 0, 127) {}

    // Product i of step s, wherever the profile takes it from.
    Dot& put(int s, int i, Power product) {
        const int at = profile.order == DotOrder::pairs ? i / 2 * 4 + i % 2 + 2 * s : s * profile.step + i;
        const int low = product.exponent / 2;
        a[static_cast<size_t>(at)] = code_of(profile.element, product.n, low);
        b[static_cast<size_t>(at)] = code_of(profile.element, 1, product.exponent - low);
        return *this;
    }

    template <class C>
    uint32_t d(C c, const DotProfile& as) const {
        const auto result = dot_add(as, {a, b, scales, scales}, c);
        EXPECT_TRUE(result) << result.error().message;
        return result ? *result : 0xDEAD;
    }
    uint32_t d() const { return d(Fp32{}, profile); }
    uint32_t d_with_f(int change) const {
        DotProfile neighbour = profile;
        neighbour.fraction_bits += change;
        return d(Fp32{}, neighbour);
    }
};

// n * 2^exponent in the layout of D.
uint32_t d_of(const DotProfile& profile, int64_t n, int exponent) {
    const FloatSpec& layout = spec_of(profile.output).stored;
    const auto magnitude = static_cast<uint64_t>(std::abs(n));
    const auto code = static_cast<uint32_t>(round_magnitude(layout, magnitude, exponent, false, Rounding::toward_zero));
    EXPECT_EQ(slow::value_of_code({layout.exponent_bits, layout.fraction_bits, layout.bias}, code), slow::scaled(magnitude, exponent)) << n << " * 2^" << exponent;
    return code | (n < 0 ? 1u << layout.sign_position() : 0u);
}

bool is_half(const DotProfile& profile) { return profile.output == DotOutput::f16; }

// Calls check(profile) for every profile.
template <class Check>
void for_every_profile(Check check) {
    for (const DotProfile& profile : dot_profiles) {
        SCOPED_TRACE(profile.name);
        check(profile);
        if (testing::Test::HasFatalFailure()) return;
    }
}

// Golden and twin on the same operands, and how many results of each class there were.
struct Comparison {
    const DotProfile& profile;
    const slow::GpuDot& twin = twins.at(std::string(profile.name));
    const bool half = is_half(profile);
    int nans = 0, infinities = 0, zeros = 0, subnormals = 0, normals = 0;

    // c in the layout of the output.
    void check(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, uint32_t c, const std::vector<uint8_t>& a_scales, const std::vector<uint8_t>& b_scales) {
        const DotOperands operands{a, b, a_scales, b_scales};
        const auto d = half ? dot_add(profile, operands, Fp16{static_cast<uint16_t>(c)}) : dot_add(profile, operands, Fp32{c});
        ASSERT_TRUE(d) << d.error().message;
        ASSERT_EQ(hex(*d), hex(slow::gpu_dot(twin, a, b, c, a_scales, b_scales))) << profile.name << " C " << hex(c);
        const uint32_t magnitude = *d & (half ? 0x7FFF : 0x7FFFFFFF), infinity = half ? 0x7C00 : 0x7F800000, normal = half ? 0x0400 : 0x00800000;
        ++(magnitude > infinity ? nans : magnitude == infinity ? infinities : magnitude == 0 ? zeros : magnitude < normal ? subnormals : normals);
    }
};

// The bit 2^(emax - F) is kept, and the next one is cut; the big products that raise emax cancel.
TEST(EveryDotProfile, KeepsFBitsAndNotOneMoreOrLess) {
    for_every_profile([](const DotProfile& profile) {
        const int f = profile.fraction_bits;
        const auto dot = [&](int n, int exponent) { return Dot(profile).put(0, 0, {1, 8}).put(0, 1, {-1, 8}).put(0, 2, {n, exponent}); };
        for (int sign : {1, -1}) {
            const Dot last_kept = dot(sign, 8 - f), first_cut = dot(sign, 8 - f - 1);
            EXPECT_EQ(hex(last_kept.d()), hex(d_of(profile, sign, 8 - f)));
            EXPECT_EQ(hex(last_kept.d_with_f(-1)), hex(0));
            EXPECT_EQ(hex(first_cut.d()), hex(0));
            EXPECT_EQ(hex(first_cut.d_with_f(1)), hex(d_of(profile, sign, 8 - f - 1)));
        }
    });
}

// 3/2 of the last kept bit becomes 1 on both sides of zero: not 2 (rounding), not -2 (floor).
TEST(EveryDotProfile, CutsTowardZeroAndEachTermOnItsOwn) {
    for_every_profile([](const DotProfile& profile) {
        const int f = profile.fraction_bits;
        const auto big = [&] { return Dot(profile).put(0, 0, {1, 8}).put(0, 1, {-1, 8}); };
        for (int sign : {1, -1}) {
            EXPECT_EQ(hex(big().put(0, 2, {3 * sign, 8 - f - 1}).d()), hex(d_of(profile, sign, 8 - f)));
            EXPECT_EQ(hex(big().put(0, 2, {sign, 8 - f - 1}).put(0, 3, {sign, 8 - f - 1}).d()), hex(0)); // together they would be a kept bit
        }
    });
}

// 2^9 + 3/2 of the result's last place, all of it above the cut: down for RZ, up to even for RNE. For e8m13 this is the second cut.
TEST(EveryDotProfile, RoundsTheSumOnce) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const int n = spec_of(profile.output).rounded.fraction_bits;
        for (int sign : {1, -1}) {
            const auto dot = Dot(profile).put(0, 0, {sign, 8}).put(0, 1, {sign, 8}).put(0, 2, {sign, 9 - n}).put(0, 3, {sign, 8 - n});
            EXPECT_EQ(hex(dot.d()), hex(d_of(profile, sign * ((int64_t{1} << n) + (half ? 2 : 1)), 9 - n)));
            if (n == profile.fraction_bits) { // the last product was not lost at alignment
                const auto alone = Dot(profile).put(0, 0, {sign, 8}).put(0, 3, {sign, 8 - n});
                EXPECT_EQ(hex(alone.d()), hex(d_of(profile, sign * ((int64_t{1} << n) + 1), 8 - n)));
            }
        }
    });
}

// A small sum that meets cancelling big products in the second step is cut there; a small product after them is not.
TEST(EveryDotProfile, ChainsStepsInOrder) {
    for_every_profile([](const DotProfile& profile) {
        const int small = 8 - profile.fraction_bits - 1;
        const auto early = Dot(profile).put(0, 0, {1, small}).put(1, 0, {1, 8}).put(1, 1, {-1, 8});
        const auto late = Dot(profile).put(1, 0, {1, small}).put(0, 0, {1, 8}).put(0, 1, {-1, 8});
        EXPECT_EQ(hex(early.d()), hex(0));
        EXPECT_EQ(hex(late.d()), hex(d_of(profile, 1, small)));
    });
}

// C has its place in the first step, or, in the order `pairs`, in an addition of its own at the end.
TEST(EveryDotProfile, CTakesItsPlace) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const int small = 8 - profile.fraction_bits - 1;
        const auto big = Dot(profile).put(0, 0, {1, 8}).put(0, 1, {-1, 8});
        const uint32_t c = d_of(profile, 1, small);
        const uint32_t d = half ? big.d(Fp16{static_cast<uint16_t>(c)}, profile) : big.d(Fp32{c}, profile);
        EXPECT_EQ(hex(d), hex(profile.order == DotOrder::pairs ? c : 0));
    });
}

TEST(EveryDotProfile, ZeroIsPlusZero) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const uint32_t minus_zero = half ? 0x8000 : 0x80000000;
        Dot dot(profile);
        for (auto& code : dot.a) code = 1u << spec_of(profile.element).layout.sign_position();
        EXPECT_EQ(hex(half ? dot.d(Fp16{static_cast<uint16_t>(minus_zero)}, profile) : dot.d(Fp32{minus_zero}, profile)), hex(0));
        EXPECT_EQ(hex(dot.d(Fp32{0x80000000}, profile)), hex(0));
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {1, 4}).put(0, 1, {-1, 4}).d()), hex(0));
    });
}

TEST(EveryDotProfile, NanAndInfinity) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const uint32_t nan_out = half ? 0x7FFF : 0x7FFFFFFF, plus = half ? 0x7C00 : 0x7F800000, minus = half ? 0xFC00 : 0xFF800000;
        const ElementSpec& element = spec_of(profile.element);
        const uint32_t sign = 1u << element.layout.sign_position(), nan_in = sign - 1, one = code_of(profile.element, 1, 0);
        const auto d = [&](uint32_t a, uint32_t b, uint32_t a2, uint32_t b2, uint32_t c) {
            Dot dot(profile);
            dot.a[0] = a, dot.b[0] = b, dot.a[2] = a2, dot.b[2] = b2; // under `pairs` in different steps
            return hex(dot.d(Fp32{c}, profile));
        };
        constexpr uint32_t c_infinity = 0x7F800000, c_minus_infinity = 0xFF800000;
        EXPECT_EQ(d(nan_in, one, 0, 0, 0), hex(nan_out));
        EXPECT_EQ(d(0, 0, 0, nan_in | sign, 0), hex(nan_out)); // NaN * 0
        EXPECT_EQ(d(one, one, 0, 0, 0x7F800001), hex(nan_out));
        EXPECT_EQ(d(nan_in, one, 0, 0, c_infinity), hex(nan_out));
        EXPECT_EQ(d(one, one, 0, 0, c_infinity), hex(plus));
        EXPECT_EQ(d(one, one, 0, 0, c_minus_infinity), hex(minus));
        if (!element.infinities) return;
        const auto infinity = static_cast<uint32_t>(element.layout.infinity_code());
        EXPECT_EQ(d(infinity, one, 0, 0, 0), hex(plus));
        EXPECT_EQ(d(infinity, one | sign, 0, 0, 0), hex(minus));
        EXPECT_EQ(d(infinity | sign, infinity | sign, one, one, 0), hex(plus));
        EXPECT_EQ(d(infinity, 0, 0, 0, 0), hex(nan_out));
        EXPECT_EQ(d(0, 0, sign, infinity, 0), hex(nan_out)); // -0 * infinity
        EXPECT_EQ(d(infinity, one, infinity | sign, one, 0), hex(nan_out));
        EXPECT_EQ(d(infinity, one, infinity, one, c_minus_infinity), hex(nan_out));
        EXPECT_EQ(d(infinity, one, infinity, one, c_infinity), hex(plus));
    });
}

TEST(EveryDotProfile, BinarySixteenOverflowsAt65520) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        if (!half) {
            EXPECT_FALSE(dot_add(profile, {Dot(profile).a, Dot(profile).b, Dot(profile).scales, Dot(profile).scales}, Fp16{}));
            return;
        }
        for (int sign : {1, -1}) {
            const auto c = Fp16{static_cast<uint16_t>(sign < 0 ? 0xFBFF : 0x7BFF)}; // 65504
            EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 3}).d(c, profile)), hex(c.bits));
            EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 4}).d(c, profile)), hex(sign < 0 ? 0xFC00 : 0x7C00));
        }
        // C = RNE_f16(c): 65519.996 stays finite, 65520 does not; a tie goes to even.
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x477FEFFF}, profile)), hex(0x7BFF));
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x477FF000}, profile)), hex(0x7C00));
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x3F801000}, profile)), hex(0x3C00));
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x3F803000}, profile)), hex(0x3C02));
    });
}

// Random operands of many kinds against the twin: anything, ordinary numbers, sparse rows, cancelling pairs, a C near the sum.
TEST(EveryDotProfile, RandomOperandsMatchTheTwin) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        test::Rng rng(60);
        Comparison comparison{profile};
        const FloatSpec& layout = spec_of(profile.element).layout;
        const uint32_t sign = 1u << layout.sign_position();
        const auto ordinary = [&](int low, int high) {
            const auto field = static_cast<uint32_t>(rng.between(std::max(low + layout.bias, 0), high + layout.bias));
            return (rng.one_in(2) ? sign : 0u) | field << layout.fraction_bits | (rng.fp32_bits() & ((1u << layout.fraction_bits) - 1));
        };
        const auto length = static_cast<size_t>(profile.granule());
        std::vector<uint32_t> a, b;
        std::vector<uint8_t> sa, sb;
        for (int i = 0; i < 1200; ++i) {
            const int kind = i % 8;
            const size_t count = kind == 7 && profile.short_step ? static_cast<size_t>(profile.short_step) : length * (rng.one_in(4) ? 2 : 1);
            a.assign(count, 0), b.assign(count, 0);
            for (size_t at = 0; at < count; ++at) {
                const auto draw = [&]() -> uint32_t {
                    if (kind == 0) return rng.fp32_bits() & (2 * sign - 1);
                    if (kind == 1 || kind == 2) return ordinary(-3, 3);
                    if (kind == 3) return rng.one_in(4) ? ordinary(-layout.bias, 6) : rng.fp32_bits() & sign;
                    if (kind == 4) return ordinary(-layout.bias, 2 - layout.bias); // subnormal and barely normal
                    if (kind == 5) return ordinary(-layout.bias, layout.exponent_bits == 8 ? 126 : 6);
                    return ordinary(-6, 6);
                };
                a[at] = draw(), b[at] = draw();
                if (at > 0 && (kind == 2 || kind == 6) && rng.one_in(2)) a[at] = a[at - 1] ^ sign, b[at] = b[at - 1];
                if (kind != 0 && rng.one_in(200)) a[at] = rng.one_in(2) ? sign - 1 : static_cast<uint32_t>(layout.infinity_code());
            }
            sa.clear(), sb.clear();
            for (size_t at = 0; profile.block_scaled && at < count; at += scale_block_products)
                for (auto* scales : {&sa, &sb})
                    scales->push_back(static_cast<uint8_t>(rng.one_in(40) ? 255 : rng.one_in(3) ? rng.below(255) : kind == 4 ? rng.below(60) : rng.between(117, 137)));
            uint32_t c = half ? rng.fp32_bits() & 0xFFFF : rng.fp32_bits();
            if (rng.one_in(3)) c = half ? (c & 0x83FF) | static_cast<uint32_t>(rng.between(8, 20)) << 10 : rng.fp32_bits(-30, 12);
            if (rng.one_in(5)) c = rng.one_in(2) ? 0 : half ? 0x8000 : 0x80000000;
            if (rng.one_in(5)) c = slow::gpu_dot(comparison.twin, a, b, 0, sa, sb) ^ (half ? 0x8000 : 0x80000000);
            if (rng.one_in(60)) c = half ? 0xFC00 : 0x7F800000;
            if (kind == 4 && rng.one_in(2)) c &= half ? 0x83FF : 0x80FFFFFF;
            ASSERT_NO_FATAL_FAILURE(comparison.check(a, b, c, sa, sb));
        }
        EXPECT_GT(comparison.nans, 10);
        EXPECT_GT(comparison.infinities, 5);
        EXPECT_GT(comparison.zeros, 10);
        EXPECT_GT(comparison.normals, 500);
    });
}

// Every pair of edge codes in one product, beside a fixed one, under edges of C.
TEST(EveryDotProfile, EveryPairOfEdgeCodesMatchesTheTwin) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const FloatSpec& layout = spec_of(profile.element).layout;
        const uint32_t sign = 1u << layout.sign_position(), normal_one = 1u << layout.fraction_bits;
        const auto infinity = static_cast<uint32_t>(layout.infinity_code());
        std::vector<uint32_t> edges;
        for (uint32_t code : {0u, 1u, normal_one - 1, normal_one, code_of(profile.element, 1, 0), infinity - 1, infinity, infinity + 1, sign - 2, sign - 1})
            for (uint32_t s : {0u, sign}) edges.push_back(s | code);
        const std::vector<uint32_t> c_edges = half ? std::vector<uint32_t>{0, 0x8000, 1, 0x83FF, 0x0400, 0xBC00, 0x7BFF, 0xFC00, 0x7C01}
                                                   : std::vector<uint32_t>{0, 0x80000000, 1, 0x807FFFFF, 0x00800000, 0xBF800000, 0x7F7FFFFF, 0xFF800000, 0x7F800001};
        const auto length = static_cast<size_t>(profile.granule());
        std::vector<uint32_t> a(length), b(length);
        std::vector<uint8_t> scales(profile.block_scaled ? 1 : 0, 127);
        Comparison comparison{profile};
        for (uint32_t other : {0u, code_of(profile.element, -1, 0)}) {
            a[length - 1] = other, b[length - 1] = normal_one;
            for (uint32_t a_code : edges)
                for (uint32_t b_code : edges) {
                    a[1] = a_code, b[1] = b_code;
                    for (uint32_t c : c_edges) ASSERT_NO_FATAL_FAILURE(comparison.check(a, b, c, scales, scales));
                }
        }
        const auto& [p, t, h, nans, infinities, zeros, subnormals, normals] = comparison;
        EXPECT_EQ(nans + infinities + zeros + subnormals + normals, 2 * 400 * 9);
        for (int count : {nans, infinities, zeros, subnormals, normals}) EXPECT_GT(count, 30);
    });
}

TEST(EveryDotProfile, WrongLengthsAndCodesAreErrors) {
    for_every_profile([](const DotProfile& profile) {
        const auto error = [&](size_t a, size_t b, size_t sa, size_t sb, uint32_t code = 0) {
            const std::vector<uint32_t> a_codes(a, 0), b_codes(b, code);
            const std::vector<uint8_t> a_scales(sa), b_scales(sb);
            const auto d = dot_add(profile, {a_codes, b_codes, a_scales, b_scales}, Fp32{});
            return d ? std::string() : d.error().message;
        };
        const auto n = static_cast<size_t>(profile.granule()), s = static_cast<size_t>(profile.block_scaled);
        EXPECT_EQ(error(n, n, s, s), "");
        EXPECT_EQ(error(3 * n, 3 * n, 3 * s, 3 * s), "");
        for (size_t wrong : {size_t{0}, size_t{1}, n - 1, n + 1, n + 4 - n % 4, 2 * n - 1}) {
            if (profile.accepts_length(wrong)) continue;
            EXPECT_EQ(error(wrong, wrong, s, s),
                      "elements of A: expected " + profile.expected_lengths() + " for " + std::string(profile.name) + ", found " + std::to_string(wrong));
        }
        EXPECT_EQ(error(n, n - 1, s, s).substr(0, 14), "elements of B:");
        EXPECT_EQ(error(n, n, s + 1, s).substr(0, 12), "scales of A:");
        EXPECT_EQ(error(n, n, s, s + 1).substr(0, 12), "scales of B:");
        const uint32_t too_wide = 1u << spec_of(profile.element).bits();
        EXPECT_EQ(error(n, n, s, s, too_wide - 1), "");
        EXPECT_EQ(error(n, n, s, s, too_wide).substr(0, 18), "element 0 of B: ex");
        EXPECT_NE(error(n, n, s, s, 0xFFFFFFFF), "");
        EXPECT_EQ(error(4, 4, 0, 0).empty(), profile.accepts_length(4));
    });
}

TEST(DotProfiles, AreTheRowsOfTheDefinition) {
    std::set<std::string> names;
    for (const DotProfile& profile : dot_profiles) {
        const std::string name(profile.name);
        names.insert(name);
        ASSERT_TRUE(twins.contains(name)) << name;
        const auto& twin = twins.at(name);
        EXPECT_EQ(spec_of(profile.element).name, twin.element) << name;
        EXPECT_EQ(profile.step, twin.step) << name;
        EXPECT_EQ(profile.fraction_bits, twin.kept_bits) << name;
        EXPECT_EQ(spec_of(profile.output).name, twin.output) << name;
        EXPECT_EQ(profile.order == DotOrder::pairs, twin.legacy) << name;
        EXPECT_EQ(profile.block_scaled, twin.scaled) << name;
        EXPECT_EQ(profile.zero_exponent, -126) << name;
        EXPECT_EQ(profile.emax_floor, no_emax_floor) << name;
        EXPECT_EQ(dot_profile_from_name(name), &profile);
    }
    EXPECT_EQ(names.size(), dot_profiles.size());
    EXPECT_EQ(names.size(), twins.size());
    EXPECT_EQ(dot_profile_from_name("h100"), nullptr);
}

TEST(DotProfiles, MeasuredOnesAreUnique) {
    const auto name = [](const char* gpu, ElementFormat element, bool f16) {
        const DotProfile* profile = measured_dot_profile(gpu, element, f16);
        return profile ? std::string(profile->name) : "";
    };
    using enum ElementFormat;
    EXPECT_EQ(name("H200", e4m3, false), "h100-wgmma-e4m3-f32");
    EXPECT_EQ(name("H200", e4m3, true), "h100-mma-e4m3-f16");
    EXPECT_EQ(name("B200", e5m2, false), "b200-mma-e5m2-f32");
    EXPECT_EQ(name("B200", e5m2, true), "b200-mma-e5m2-f16");
    EXPECT_EQ(name("L40S", e5m2, false), "ada-e5m2-f32");
    EXPECT_EQ(name("A2", tf32, false), "a100-tf32-f32");
    EXPECT_EQ(name("A2", tf32, true), "");
    EXPECT_EQ(name("V100", bf16, false), "");
    EXPECT_EQ(name("Turing", fp16, false), "");
    std::set<std::tuple<std::string_view, ElementFormat, bool>> seen;
    for (const DotProfile& profile : dot_profiles)
        if (profile.evidence != Evidence::model) {
            EXPECT_TRUE(seen.emplace(profile.gpu, profile.element, profile.output == DotOutput::f16).second) << profile.name;
        }
    EXPECT_EQ(seen.size(), 30u);
}

TEST(DotProfiles, OutOfRangeOnesAreErrors) {
    const std::vector<uint32_t> zeros(32);
    for (auto change : std::initializer_list<void (*)(DotProfile&)>{[](DotProfile& p) { p.step = 0; }, [](DotProfile& p) { p.step = 64, p.k = 64; },
                                                                    [](DotProfile& p) { p.fraction_bits = 49; }, [](DotProfile& p) { p.fraction_bits = -1; },
                                                                    [](DotProfile& p) { p.k = 24; }, [](DotProfile& p) { p.short_step = 33; },
                                                                    [](DotProfile& p) { p.order = DotOrder::pairs, p.k = 16; }}) {
        DotProfile profile = *dot_profile_from_name("h100-fp16-f32");
        change(profile);
        EXPECT_FALSE(dot_add(profile, {zeros, zeros, {}, {}}, Fp32{}));
    }
}

// The order `pairs`: which k belong to which step, and the addition of C to nearest even.
TEST(DotAddPairs, StepsTakeTheKOfTheirPairs) {
    const DotProfile& profile = *dot_profile_from_name("h100-mma-e4m3-f32");
    const uint32_t big = code_of(ElementFormat::e4m3, 1, 8), small = code_of(ElementFormat::e4m3, 1, -9), sign = 0x80;
    const auto d = [&](size_t plus, size_t minus, size_t at, uint32_t c = 0) {
        std::vector<uint32_t> a(32), b(32);
        a[plus] = b[plus] = big, a[minus] = big | sign, b[minus] = big, a[at] = b[at] = small;
        return hex(*dot_add(profile, {a, b, {}, {}}, Fp32{c}));
    };
    const std::string kept = hex(0x36800000), cut = hex(0); // 2^-18, beside 2^16 and -2^16
    for (size_t at = 0; at < 32; ++at) {
        if (at != 4 && at != 9) {
            EXPECT_EQ(d(4, 9, at), at % 4 < 2 ? cut : kept) << at;
        } // the big ones are gone in the second step
        if (at != 6 && at != 11) {
            EXPECT_EQ(d(6, 11, at), cut) << at;
        } // they cut the sum of the first step as well
    }
    EXPECT_EQ(d(0, 2, 1), cut);
    EXPECT_EQ(d(0, 2, 3), cut);
    EXPECT_EQ(d(0, 1, 2, 0x41000000), hex(0x41000004)); // 8 + 2^-18 is exact: C was not in a step
}

TEST(DotAddPairs, CIsAddedToNearestEven) {
    const DotProfile& profile = *dot_profile_from_name("b200-mma-e5m2-f32");
    const auto d = [&](Power product, uint32_t c) { return hex(Dot(profile).put(0, 0, product).d(Fp32{c}, profile)); };
    EXPECT_EQ(d({3, -25}, 0x3F800000), hex(0x3F800001)); // 1 + 3/4 ulp
    EXPECT_EQ(d({1, -24}, 0x3F800000), hex(0x3F800000)); // ties to even
    EXPECT_EQ(d({1, -24}, 0x3F800001), hex(0x3F800002));
    EXPECT_EQ(d({-1, -24}, 0xBF800001), hex(0xBF800002));
    EXPECT_EQ(d({1, -28}, 0x7F7FFFFF), hex(0x7F7FFFFF));
    // C of every instruction is D of the one before.
    std::vector<uint32_t> a(64), b(64);
    a[0] = a[32] = code_of(ElementFormat::e5m2, 1, -12), b[0] = b[32] = a[0]; // 2^-24 twice: each alone is a tie under 1
    EXPECT_EQ(hex(*dot_add(profile, {a, b, {}, {}}, Fp32{0x3F800000})), hex(0x3F800000));
    EXPECT_EQ(hex(*dot_add(profile, {a, b, {}, {}}, Fp32{0x3F800001})), hex(0x3F800002));
}

TEST(DotAddBinary32, OverflowIsInfinityAlthoughRounding) {
    const DotProfile& profile = *dot_profile_from_name("a100-bf16-f32");
    for (int sign : {1, -1}) {
        const uint32_t s = sign < 0 ? 0x80000000 : 0;
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 104}).d(Fp32{s | 0x7F7FFFFF}, profile)), hex(s | 0x7F800000)); // one unit more
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 103}).d(Fp32{s | 0x7F7FFFFF}, profile)), hex(s | 0x7F7FFFFF)); // half a unit
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 128}).d()), hex(s | 0x7F800000));
        // An infinity out of the first step meets one of the other sign.
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 128}).put(1, 0, {-sign, 128}).d()), hex(s | 0x7F800000));
    }
}

// A zero keeps emax at -126 in the rows; left out, only the floor does.
TEST(DotAddUnderflow, ZeroExponentAndFloor) {
    const auto dot = [](const DotProfile& profile) { return Dot(profile).put(0, 0, {1, -151}).put(0, 1, {1, -151}).put(0, 2, {1, -151}).put(0, 3, {1, -151}); };
    DotProfile profile = *dot_profile_from_name("a100-bf16-f32");
    EXPECT_EQ(hex(dot(profile).d()), hex(0)); // 2^-151 is below 2^(-126 - 24)
    profile.zero_exponent = zeros_left_out;
    EXPECT_EQ(hex(dot(profile).d()), hex(1));
    profile.emax_floor = -127;
    EXPECT_EQ(hex(dot(profile).d()), hex(1)); // 2^-151 is the last kept bit
    profile.emax_floor = -126;
    EXPECT_EQ(hex(dot(profile).d()), hex(0));
    EXPECT_EQ(hex(Dot(profile).d()), hex(0));
    // A zero element keeps its partner's exponent: 0 * 2^120 counts as 2^-6.
    profile = *dot_profile_from_name("a100-bf16-f32");
    auto beside = Dot(profile).put(0, 0, {1, -31});
    beside.b[1] = code_of(ElementFormat::bf16, 1, 120);
    EXPECT_EQ(hex(beside.d()), hex(0)); // below 2^(-6 - 24)
    beside.b[1] = code_of(ElementFormat::bf16, 1, 119);
    EXPECT_EQ(hex(beside.d()), hex(d_of(profile, 1, -31)));
}

TEST(DotAddUnderflow, OtherParametersMatchTheTwin) {
    test::Rng rng(61);
    for (int floor : {-133, -132, static_cast<int>(no_emax_floor)})
        for (const char* name : {"v100-fp16-f16", "a100-bf16-f32", "h100-tf32-f32", "h100-fp16-f16", "b200-mma-e5m2-f32", "blackwell-mxf8-e4m3-f32"}) {
            DotProfile profile = *dot_profile_from_name(name);
            auto twin = twins.at(name);
            const bool half = is_half(profile);
            profile.zero_exponent = zeros_left_out, twin.zero_exponent = -100000;
            profile.emax_floor = half && floor > -200 ? floor + 113 : floor, twin.emax_floor = half && floor > -200 ? floor + 113 : std::max(floor, -100000);
            const FloatSpec& layout = spec_of(profile.element).layout;
            int not_zero = 0;
            for (int i = 0; i < 400; ++i) {
                std::vector<uint32_t> a(static_cast<size_t>(profile.granule())), b(a);
                for (auto* codes : {&a, &b})
                    for (auto& code : *codes)
                        code = rng.one_in(3) ? 0 : rng.fp32_bits() & ((1u << spec_of(profile.element).bits()) - 1) & ~(1u << (layout.sign_position() - 1));
                std::vector<uint8_t> sa(profile.block_scaled), sb(profile.block_scaled);
                for (auto* scales : {&sa, &sb})
                    for (auto& scale : *scales) scale = static_cast<uint8_t>(rng.below(70));
                const uint32_t c = rng.one_in(2) ? 0 : rng.below(2000) > 1000 ? static_cast<uint32_t>(rng.below(1024)) : (half ? 0x8001u : 0x80000001u);
                const DotOperands operands{a, b, sa, sb};
                const auto d = half ? dot_add(profile, operands, Fp16{static_cast<uint16_t>(c)}) : dot_add(profile, operands, Fp32{c});
                ASSERT_EQ(hex(*d), hex(slow::gpu_dot(twin, a, b, c, sa, sb))) << name << " " << floor << " " << i;
                not_zero += *d != 0;
            }
            EXPECT_GT(not_zero, 100) << name;
        }
}

TEST(DotAddScaled, BothExponentsAndNan) {
    const DotProfile& profile = *dot_profile_from_name("blackwell-mxf8-e4m3-f32");
    const auto d = [&](Dot dot, uint8_t sa, uint8_t sb, uint8_t sa2 = 127) {
        const std::vector<uint8_t> a_scales{sa, sa2}, b_scales{sb, 127};
        return hex(*dot_add(profile, {dot.a, dot.b, a_scales, b_scales}, Fp32{}));
    };
    const auto one = Dot(profile).put(0, 0, {1, 0});
    EXPECT_EQ(d(one, 130, 120), hex(0x3D800000)); // 2^3 * 2^-7
    EXPECT_EQ(d(one, 254, 127), hex(0x7F000000));
    EXPECT_EQ(d(one, 254, 128), hex(0x7F800000));
    EXPECT_EQ(d(one, 0, 127), hex(0x00400000)); // 2^-127
    EXPECT_EQ(d(one, 255, 0), hex(0x7FFFFFFF));
    EXPECT_EQ(d(one, 127, 255), hex(0x7FFFFFFF));
    EXPECT_EQ(d(one, 127, 127, 255), hex(0x7FFFFFFF)); // NaN over zeros
    EXPECT_EQ(d(one, 127, 127, 200), hex(0x3F800000));
    const auto big = Dot(profile).put(0, 0, {1, 8}).put(0, 1, {-1, 8}).put(0, 2, {1, -17});
    EXPECT_EQ(d(big, 137, 127), hex(d_of(profile, 1, -7)));
}

} // namespace
} // namespace fp4
