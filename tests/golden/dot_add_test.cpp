// Dot products of GPU tensor cores, worked out by hand.
#include "fp4/arithmetic/dot_add.hpp"

#include <gtest/gtest.h>

#include <set>

#include "dot_add_operands.hpp"
#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

// n * 2^exponent in the layout of D.
uint32_t d_of(const DotProfile& profile, int64_t n, int exponent) {
    return exact_code(spec_of(profile.output).stored, n, exponent);
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

    explicit Dot(const DotProfile& p)
        : profile(p), a(static_cast<size_t>(2 * p.step)), b(a.size()),
          scales(p.block_scaled ? 2 : 0, 127) {}

    // Product i of step s, wherever the profile takes it from.
    Dot& put(int s, int i, Power product) {
        const int at =
            profile.order == DotOrder::pairs ? i / 2 * 4 + i % 2 + 2 * s : s * profile.step + i;
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
        DotProfile neighbor = profile;
        neighbor.fraction_bits += change;
        return d(Fp32{}, neighbor);
    }
};

// The bit 2^(emax - F) is kept, and the next one is cut; the big products that raise emax cancel.
TEST(EveryDotProfile, KeepsFBitsAndNotOneMoreOrLess) {
    for_every_profile([](const DotProfile& profile) {
        const int f = profile.fraction_bits;
        const auto dot = [&](int n, int exponent) {
            return Dot(profile).put(0, 0, {1, 8}).put(0, 1, {-1, 8}).put(0, 2, {n, exponent});
        };
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
            EXPECT_EQ(hex(big().put(0, 2, {3 * sign, 8 - f - 1}).d()),
                      hex(d_of(profile, sign, 8 - f)));
            EXPECT_EQ(hex(big().put(0, 2, {sign, 8 - f - 1}).put(0, 3, {sign, 8 - f - 1}).d()),
                      hex(0)); // together they would be a kept bit
        }
    });
}

// 2^9 + 3/2 of the result's last place, all of it above the cut: down for RZ, up to even for RNE.
// For e8m13 this is the second cut.
TEST(EveryDotProfile, RoundsTheSumOnce) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const int n = spec_of(profile.output).rounded.fraction_bits;
        for (int sign : {1, -1}) {
            const auto dot = Dot(profile)
                                 .put(0, 0, {sign, 8})
                                 .put(0, 1, {sign, 8})
                                 .put(0, 2, {sign, 9 - n})
                                 .put(0, 3, {sign, 8 - n});
            EXPECT_EQ(hex(dot.d()),
                      hex(d_of(profile, sign * ((int64_t{1} << n) + (half ? 2 : 1)), 9 - n)));
            if (n == profile.fraction_bits) { // the last product was not lost at alignment
                const auto alone = Dot(profile).put(0, 0, {sign, 8}).put(0, 3, {sign, 8 - n});
                EXPECT_EQ(hex(alone.d()),
                          hex(d_of(profile, sign * ((int64_t{1} << n) + 1), 8 - n)));
            }
        }
    });
}

// A small sum that meets canceling big products in the second step is cut there; a small product
// after them is not.
TEST(EveryDotProfile, ChainsStepsInOrder) {
    for_every_profile([](const DotProfile& profile) {
        const int small = 8 - profile.fraction_bits - 1;
        const auto early = Dot(profile).put(0, 0, {1, small}).put(1, 0, {1, 8}).put(1, 1, {-1, 8});
        const auto late = Dot(profile).put(1, 0, {1, small}).put(0, 0, {1, 8}).put(0, 1, {-1, 8});
        EXPECT_EQ(hex(early.d()), hex(0));
        EXPECT_EQ(hex(late.d()), hex(d_of(profile, 1, small)));
    });
}

// C has its place in the first step, or, in the order `pairs`, in an addition of its own at the
// end.
TEST(EveryDotProfile, CTakesItsPlace) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const int small = 8 - profile.fraction_bits - 1;
        const auto big = Dot(profile).put(0, 0, {1, 8}).put(0, 1, {-1, 8});
        const uint32_t c = d_of(profile, 1, small);
        const uint32_t d =
            half ? big.d(Fp16{static_cast<uint16_t>(c)}, profile) : big.d(Fp32{c}, profile);
        EXPECT_EQ(hex(d), hex(profile.order == DotOrder::pairs ? c : 0));
    });
}

TEST(EveryDotProfile, ZeroIsPlusZero) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const uint32_t minus_zero = half ? 0x8000 : 0x80000000;
        Dot dot(profile);
        for (auto& code : dot.a) code = 1u << spec_of(profile.element).layout.sign_position();
        EXPECT_EQ(hex(half ? dot.d(Fp16{static_cast<uint16_t>(minus_zero)}, profile)
                           : dot.d(Fp32{minus_zero}, profile)),
                  hex(0));
        EXPECT_EQ(hex(dot.d(Fp32{0x80000000}, profile)), hex(0));
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {1, 4}).put(0, 1, {-1, 4}).d()), hex(0));
    });
}

TEST(EveryDotProfile, NanAndInfinity) {
    for_every_profile([](const DotProfile& profile) {
        const bool half = is_half(profile);
        const uint32_t nan_out = half ? 0x7FFF : 0x7FFFFFFF, plus = half ? 0x7C00 : 0x7F800000,
                       minus = half ? 0xFC00 : 0xFF800000;
        const ElementSpec& element = spec_of(profile.element);
        const uint32_t sign = 1u << element.layout.sign_position(), nan_in = sign - 1,
                       one = code_of(profile.element, 1, 0);
        const auto d = [&](uint32_t a, uint32_t b, uint32_t a2, uint32_t b2, uint32_t c) {
            Dot dot(profile);
            dot.a[0] = a, dot.b[0] = b, dot.a[2] = a2,
            dot.b[2] = b2; // under `pairs` in different steps
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
            EXPECT_FALSE(dot_add(
                profile, {Dot(profile).a, Dot(profile).b, Dot(profile).scales, Dot(profile).scales},
                Fp16{}));
            return;
        }
        for (int sign : {1, -1}) {
            const auto c = Fp16{static_cast<uint16_t>(sign < 0 ? 0xFBFF : 0x7BFF)}; // 65504
            EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 3}).d(c, profile)), hex(c.bits));
            EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 4}).d(c, profile)),
                      hex(sign < 0 ? 0xFC00 : 0x7C00));
        }
        // C = RNE_f16(c): 65519.996 stays finite, 65520 does not; a tie goes to even.
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x477FEFFF}, profile)), hex(0x7BFF));
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x477FF000}, profile)), hex(0x7C00));
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x3F801000}, profile)), hex(0x3C00));
        EXPECT_EQ(hex(Dot(profile).d(Fp32{0x3F803000}, profile)), hex(0x3C02));
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
        const auto n = static_cast<size_t>(profile.granule()),
                   s = static_cast<size_t>(profile.block_scaled);
        EXPECT_EQ(error(n, n, s, s), "");
        EXPECT_EQ(error(3 * n, 3 * n, 3 * s, 3 * s), "");
        for (size_t wrong : {size_t{0}, size_t{1}, n - 1, n + 1, n + 4 - n % 4, 2 * n - 1}) {
            if (profile.accepts_length(wrong)) continue;
            EXPECT_EQ(error(wrong, wrong, s, s),
                      "elements of A: expected " + profile.expected_lengths() + " for " +
                          std::string(profile.name) + ", found " + std::to_string(wrong));
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
            EXPECT_TRUE(
                seen.emplace(profile.gpu, profile.element, profile.output == DotOutput::f16).second)
                << profile.name;
        }
    EXPECT_EQ(seen.size(), 30u);
}

TEST(DotProfiles, OutOfRangeOnesAreErrors) {
    const std::vector<uint32_t> zeros(32);
    for (auto change : std::initializer_list<void (*)(DotProfile&)>{
             [](DotProfile& p) { p.step = 0; }, [](DotProfile& p) { p.step = 64, p.k = 64; },
             [](DotProfile& p) { p.fraction_bits = 61; },
             [](DotProfile& p) { p.fraction_bits = 0; }, [](DotProfile& p) { p.k = 24; },
             [](DotProfile& p) { p.short_step = 33; },
             [](DotProfile& p) { p.order = DotOrder::pairs, p.k = 16; }}) {
        DotProfile profile = *dot_profile_from_name("h100-fp16-f32");
        change(profile);
        EXPECT_FALSE(dot_add(profile, {zeros, zeros, {}, {}}, Fp32{}));
    }
}

// The order `pairs`: which k belong to which step, and the addition of C to nearest even.
TEST(DotAddPairs, StepsTakeTheKOfTheirPairs) {
    const DotProfile& profile = *dot_profile_from_name("h100-mma-e4m3-f32");
    const uint32_t big = code_of(ElementFormat::e4m3, 1, 8),
                   small = code_of(ElementFormat::e4m3, 1, -9), sign = 0x80;
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
    const auto d = [&](Power product, uint32_t c) {
        return hex(Dot(profile).put(0, 0, product).d(Fp32{c}, profile));
    };
    EXPECT_EQ(d({3, -25}, 0x3F800000), hex(0x3F800001)); // 1 + 3/4 ulp
    EXPECT_EQ(d({1, -24}, 0x3F800000), hex(0x3F800000)); // ties to even
    EXPECT_EQ(d({1, -24}, 0x3F800001), hex(0x3F800002));
    EXPECT_EQ(d({-1, -24}, 0xBF800001), hex(0xBF800002));
    EXPECT_EQ(d({1, -28}, 0x7F7FFFFF), hex(0x7F7FFFFF));
    // C of every instruction is D of the one before.
    std::vector<uint32_t> a(64), b(64);
    a[0] = a[32] = code_of(ElementFormat::e5m2, 1, -12),
    b[0] = b[32] = a[0]; // 2^-24 twice: each alone is a tie under 1
    EXPECT_EQ(hex(*dot_add(profile, {a, b, {}, {}}, Fp32{0x3F800000})), hex(0x3F800000));
    EXPECT_EQ(hex(*dot_add(profile, {a, b, {}, {}}, Fp32{0x3F800001})), hex(0x3F800002));
}

TEST(DotAddBinary32, OverflowIsInfinityAlthoughRounding) {
    const DotProfile& profile = *dot_profile_from_name("a100-bf16-f32");
    for (int sign : {1, -1}) {
        const uint32_t s = sign < 0 ? 0x80000000 : 0;
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 104}).d(Fp32{s | 0x7F7FFFFF}, profile)),
                  hex(s | 0x7F800000)); // one unit more
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 103}).d(Fp32{s | 0x7F7FFFFF}, profile)),
                  hex(s | 0x7F7FFFFF)); // half a unit
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 128}).d()), hex(s | 0x7F800000));
        // An infinity out of the first step meets one of the other sign.
        EXPECT_EQ(hex(Dot(profile).put(0, 0, {sign, 128}).put(1, 0, {-sign, 128}).d()),
                  hex(s | 0x7F800000));
    }
}

// Zeros have no exponent; what holds emax up where all else is tiny is the floor, and it cuts below
// F bits of it: 2^(-132 - 24) on A100.
TEST(DotAddUnderflow, TheFloorCutsWhereZerosDoNot) {
    const auto dot = [](const char* name, int exponent) {
        const DotProfile& profile = *dot_profile_from_name(name);
        Dot four(profile);
        for (int i = 0; i < 4; ++i) four.put(0, i, {1, exponent});
        return four.d();
    };
    EXPECT_EQ(hex(dot("a100-bf16-f32", -151)), hex(1)); // 2^-151 four times is 2^-149
    EXPECT_EQ(hex(dot("a100-bf16-f32", -152)), hex(0)); // 2^-150 is cut in the end
    // FP16: F = 24 below -20 keeps 2^-44, far below the smallest subnormal 2^-24.
    EXPECT_EQ(hex(dot("a100-fp16-f16", -26)), hex(1));
    EXPECT_EQ(hex(dot("a100-fp16-f16", -27)), hex(0)); // 2^-25, a tie with zero
    // Ada keeps F = 13 bits: below 2^(-20 - 13) products of FP8 are cut, one by one.
    const auto fp8 = [](int products) {
        const DotProfile& profile = *dot_profile_from_name("ada-e5m2-f16");
        Dot many(profile);
        for (int i = 0; i < products; ++i) {
            many.a[static_cast<size_t>(i)] = 0x01; // 2^-16
            many.b[static_cast<size_t>(i)] = 0x01;
        }
        return many.d();
    };
    EXPECT_EQ(hex(fp8(16)), hex(0)); // 16 * 2^-32 is 2^-28
}

// A zero element hides its partner's exponent: 0 * 2^120 leads nothing.
TEST(DotAddUnderflow, AZeroProductTakesNoPartInAlignment) {
    const DotProfile& profile = *dot_profile_from_name("a100-bf16-f32");
    auto beside = Dot(profile).put(0, 0, {1, -31});
    beside.b[1] = code_of(ElementFormat::bf16, 1, 120);
    EXPECT_EQ(hex(beside.d()), hex(d_of(profile, 1, -31)));
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
