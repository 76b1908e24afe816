#include "fp4/arithmetic/epilogue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cfenv>
#include <cmath>

#include "operands.hpp"
#include "slow_twin.hpp"

namespace fp4 {
namespace {

using test::hex;

// Native binary32 multiplication is IEEE RNE; the library has one NaN and one zero.
uint32_t native_product(uint32_t x, uint32_t y) {
    const volatile float fx = std::bit_cast<float>(x), fy = std::bit_cast<float>(y);
    const float product = fx * fy;
    if (std::isnan(product)) return 0x7FFFFFFF;
    return product == 0 ? 0 : std::bit_cast<uint32_t>(product);
}

uint32_t product(uint32_t x, uint32_t y) { return multiply_fp32({x}, {y}).bits; }

TEST(MultiplyFp32, EveryPairOfEdges) {
    for (uint32_t x : test::fp32_edges())
        for (uint32_t y : test::fp32_edges())
            ASSERT_EQ(product(x, y), native_product(x, y)) << hex(x) << " * " << hex(y);
}

TEST(MultiplyFp32, RandomPatterns) {
    test::Rng rng(40);
    for (int i = 0; i < 1000000; ++i) {
        const uint32_t x = rng.fp32_bits(), y = rng.fp32_bits();
        ASSERT_EQ(product(x, y), native_product(x, y)) << hex(x) << " * " << hex(y);
    }
}

// Products at the ends of the range: subnormal, vanishing, overflowing.
TEST(MultiplyFp32, RandomProductsNearTheEndsOfTheRange) {
    test::Rng rng(41);
    for (int i = 0; i < 600000; ++i) {
        const int exponent = rng.between(-125, 126),
                  sum = i % 2 ? rng.between(-152, -124) : rng.between(125, 128);
        if (sum - exponent < -126 || sum - exponent > 127) continue;
        const uint32_t x = rng.fp32_bits(exponent, exponent),
                       y = rng.fp32_bits(sum - exponent, sum - exponent);
        ASSERT_EQ(product(x, y), native_product(x, y)) << hex(x) << " * " << hex(y);
    }
}

TEST(MultiplyFp32, RandomSubnormalOperandsAndTies) {
    test::Rng rng(42);
    for (int i = 0; i < 300000; ++i) {
        const uint32_t subnormal = rng.fp32_bits() & 0x807FFFFF, any = rng.fp32_bits();
        ASSERT_EQ(product(subnormal, any), native_product(subnormal, any))
            << hex(subnormal) << " * " << hex(any);
        const uint32_t a = rng.fp32_bits(-3, 3) & 0xFFFFF000,
                       b = rng.fp32_bits(-3, 3) & 0xFFFFF800; // short factors make ties common
        ASSERT_EQ(product(a, b), native_product(a, b)) << hex(a) << " * " << hex(b);
    }
}

// Every pair of edges as scale and output, with another scale behind; in place and by threads;
// whatever the caller's rounding is.
TEST(EpilogueF32Fast, EqualsTheReference) {
    std::vector<Fp32> d;
    for (const uint32_t bits : test::fp32_edges()) d.push_back({bits});
    test::Rng rng(44);
    while (d.size() < 20000) d.push_back({rng.fp32_bits()});
    for (const uint32_t scale : test::fp32_edges())
        for (const Fp32 other :
             {Fp32{0x3F800000}, Fp32{0x35A3D70B}, Fp32{rng.fp32_bits(-20, 20)}}) {
            std::vector<Fp32> found(d.size()), in_place = d;
            std::fesetround(FE_UPWARD);
            const std::array a{Fp32{scale}}, b{other};
            const auto status = epilogue_f32_fast(d, d.size(), a, b, found);
            std::fesetround(FE_TONEAREST);
            ASSERT_TRUE(status);
            ASSERT_TRUE(epilogue_f32_fast(in_place, 1, a, b, in_place, {.threads = 3}));
            for (size_t i = 0; i < d.size(); ++i)
                ASSERT_EQ(found[i].bits, epilogue(d[i], {scale}, other, OutputType::f32))
                    << hex(scale) << " * " << hex(d[i].bits);
            ASSERT_EQ(in_place, found);
        }
}

// Scales of rows of A, of rows of B (columns of D), of both and of none; rows that are longer and
// shorter than a thread's part.
TEST(EpilogueF32Fast, ScalesOfRows) {
    test::Rng rng(45);
    const auto random = [&](uint64_t count) {
        const auto edges = test::fp32_edges();
        std::vector<Fp32> out;
        for (uint64_t i = 0; i < count; ++i)
            out.push_back({rng.one_in(3) ? edges[i % edges.size()] : rng.fp32_bits(-60, 60)});
        return out;
    };
    for (const auto& [m, n] : {std::pair{3, 7000}, {7000, 3}, {1, 50}, {50, 1}, {1, 1}})
        for (const auto& [a_count, b_count] : {std::pair{1, 1}, {m, 1}, {1, n}, {m, n}}) {
            const auto rows = static_cast<uint64_t>(m), columns = static_cast<uint64_t>(n);
            const auto d = random(rows * columns), a = random(static_cast<uint64_t>(a_count)),
                       b = random(static_cast<uint64_t>(b_count));
            for (const unsigned threads : {1u, 3u}) {
                std::vector<Fp32> out(d.size());
                ASSERT_TRUE(epilogue_f32_fast(d, columns, a, b, out, {.threads = threads}));
                const auto all = epilogue(d, columns, a, b, OutputType::f32);
                ASSERT_TRUE(all);
                for (uint64_t i = 0; i < d.size(); ++i) {
                    ASSERT_EQ((*all)[i], out[i].bits) << i;
                    ASSERT_EQ(out[i].bits,
                              epilogue(d[i], a[a.size() == 1 ? 0 : i / columns],
                                       b[b.size() == 1 ? 0 : i % columns], OutputType::f32))
                        << m << " x " << n << ", " << a_count << " and " << b_count << " scales, "
                        << i;
                }
            }
        }
}

TEST(EpilogueF32Fast, Refuses) {
    const std::vector<Fp32> d(12), one(1), three(3), four(4);
    const auto refusal = [&](uint64_t n, const std::vector<Fp32>& a, const std::vector<Fp32>& b,
                             size_t out_size) -> std::string {
        std::vector<Fp32> out(out_size, Fp32{7});
        const auto status = epilogue_f32_fast(d, n, a, b, out);
        if (status) return "";
        EXPECT_EQ(out, std::vector<Fp32>(out_size, Fp32{7}));
        return status.error().message;
    };
    EXPECT_EQ(refusal(4, three, four, 12), "");
    EXPECT_EQ(refusal(0, one, one, 12), "D: expected rows of 0 elements, found 12 elements");
    EXPECT_EQ(refusal(5, one, one, 12), "D: expected rows of 5 elements, found 12 elements");
    EXPECT_EQ(refusal(4, four, one, 12), "scales of A: expected 1 or 3, found 4");
    EXPECT_EQ(refusal(4, three, three, 12), "scales of B: expected 1 or 4, found 3");
    EXPECT_EQ(refusal(4, {}, one, 12), "scales of A: expected 1 or 3, found 0");
    EXPECT_EQ(refusal(4, one, one, 11), "output: expected 12 elements, found 11");
}

TEST(MultiplyFp32, NanAndZeroHaveOnePatternEach) {
    for (uint32_t nan : {0x7F800001u, 0x7FC00000u, 0xFFC12345u})
        EXPECT_EQ(product(nan, 0x3F800000), 0x7FFFFFFFu);
    EXPECT_EQ(product(0xFF800000, 0), 0x7FFFFFFFu);
    EXPECT_EQ(product(0x80000000, 0x3F800000), 0u);
    EXPECT_EQ(product(0x80000001, 0x3F000000), 0u); // a tie with zero
    EXPECT_EQ(product(0xFF800000, 0x3F800000), 0xFF800000u);
}

struct Narrow {
    OutputType type;
    slow::Layout layout;
    uint32_t infinity;
    uint32_t sign;
};
const Narrow narrow_types[] = {{OutputType::bf16, slow::bf16_layout, 0x7F80, 0x8000},
                               {OutputType::f16, slow::fp16_layout, 0x7C00, 0x8000}};

double value_of(const Narrow& narrow,
                uint32_t code) { // finite magnitudes, and 2^(emax + 1) for infinity's code
    const auto field = static_cast<int>(code >> narrow.layout.fraction_bits);
    const auto fraction = static_cast<int>(code) & ((1 << narrow.layout.fraction_bits) - 1);
    const int hidden = field ? 1 << narrow.layout.fraction_bits : 0;
    return std::ldexp(hidden + fraction,
                      std::max(field, 1) - narrow.layout.bias - narrow.layout.fraction_bits);
}

uint32_t convert(float x, OutputType type) { return convert_fp32(Fp32::from_float(x), type); }

TEST(ConvertFp32, EverySixteenBitValueIsAFixedPoint) {
    for (const Narrow& narrow : narrow_types)
        for (uint32_t code = 0; code < narrow.infinity; ++code) {
            const auto value = static_cast<float>(value_of(narrow, code));
            ASSERT_EQ(convert(value, narrow.type), code);
            ASSERT_EQ(convert(-value, narrow.type), code ? code | narrow.sign : 0u);
        }
}

// Halfway between every two neighbors, up to infinity, and one binary32 step to either side.
TEST(ConvertFp32, EveryMidpointAndItsNeighbors) {
    for (const Narrow& narrow : narrow_types)
        for (uint32_t code = 0; code < narrow.infinity; ++code) {
            const auto tie =
                static_cast<float>((value_of(narrow, code) + value_of(narrow, code + 1)) / 2);
            const auto with_sign = [&](uint32_t magnitude) {
                return magnitude ? magnitude | narrow.sign : 0;
            };
            ASSERT_EQ(convert(tie, narrow.type), code + code % 2) << hex(code);
            ASSERT_EQ(convert(-tie, narrow.type), with_sign(code + code % 2)) << hex(code);
            ASSERT_EQ(convert(std::nextafter(tie, 0.0f), narrow.type), code) << hex(code);
            ASSERT_EQ(convert(std::nextafter(tie, INFINITY), narrow.type), code + 1) << hex(code);
            ASSERT_EQ(convert(-std::nextafter(tie, INFINITY), narrow.type), with_sign(code + 1))
                << hex(code);
        }
}

TEST(ConvertFp32, RandomPatternsAgainstTheTwin) {
    test::Rng rng(43);
    for (int i = 0; i < 40000; ++i)
        for (const Narrow& narrow : narrow_types) {
            const uint32_t x = i % 2 ? rng.fp32_bits(-126, 127) : rng.fp32_bits(-28, 17);
            ASSERT_EQ(convert_fp32({x}, narrow.type),
                      slow::bits_of_value(narrow.layout, slow::value_of_fp32(x), false))
                << hex(x);
        }
}

TEST(ConvertFp32, SpecialValues) {
    for (uint32_t nan : {0x7F800001u, 0x7FC00000u, 0xFFFFFFFFu}) {
        EXPECT_EQ(convert_fp32({nan}, OutputType::f32), 0x7FFFFFFFu);
        EXPECT_EQ(convert_fp32({nan}, OutputType::bf16), 0x7FFFu);
        EXPECT_EQ(convert_fp32({nan}, OutputType::f16), 0x7FFFu);
    }
    for (const Narrow& narrow : narrow_types) {
        EXPECT_EQ(convert_fp32({0x7F800000}, narrow.type), narrow.infinity);
        EXPECT_EQ(convert_fp32({0xFF800000}, narrow.type), narrow.infinity | narrow.sign);
        EXPECT_EQ(convert_fp32({0x80000000}, narrow.type), 0u);
        EXPECT_EQ(convert_fp32({0x80000001}, narrow.type), 0u);
    }
    EXPECT_EQ(convert(65519.996f, OutputType::f16), 0x7BFFu);
    EXPECT_EQ(convert(65520.0f, OutputType::f16), 0x7C00u);
}

TEST(ConvertFp32, Fp32KeepsEverythingButNanAndMinusZero) {
    for (uint32_t x : test::finite_edges())
        EXPECT_EQ(convert_fp32({x}, OutputType::f32), x == 0x80000000u ? 0u : x) << hex(x);
    EXPECT_EQ(convert_fp32({0xFF800000}, OutputType::f32), 0xFF800000u);
}

// alpha = RNE(a * b) first, then RNE(alpha * d), then the narrow type: three roundings, each where
// the definition has it.
TEST(Epilogue, RoundsAlphaThenTheProductThenTheOutput) {
    test::Rng rng(44);
    int other_order_differs = 0, one_rounding_differs = 0;
    for (int i = 0; i < 200000; ++i) {
        const uint32_t d = rng.fp32_bits(-20, 30), a = rng.fp32_bits(-20, -2),
                       b = rng.fp32_bits(-20, -2);
        const uint32_t out = native_product(native_product(a, b), d);
        ASSERT_EQ(epilogue({d}, {a}, {b}, OutputType::f32), out)
            << hex(d) << " " << hex(a) << " " << hex(b);
        for (const Narrow& narrow : narrow_types) {
            const uint32_t expected =
                slow::bits_of_value(narrow.layout, slow::value_of_fp32(out), false);
            ASSERT_EQ(epilogue({d}, {a}, {b}, narrow.type), expected)
                << hex(d) << " " << hex(a) << " " << hex(b);
        }
        other_order_differs += native_product(a, native_product(b, d)) != out;
        const double once = double{std::bit_cast<float>(a)} * double{std::bit_cast<float>(b)} *
                            double{std::bit_cast<float>(d)};
        one_rounding_differs += std::bit_cast<uint32_t>(static_cast<float>(once)) != out;
    }
    EXPECT_GT(other_order_differs, 1000); // the data can tell
    EXPECT_GT(one_rounding_differs, 1000);
}

TEST(Epilogue, AlphaOverflowsAndVanishesBeforeItMeetsD) {
    EXPECT_EQ(epilogue({0x00800000}, {0x7F000000}, {0x7F000000}, OutputType::f32), 0x7F800000u);
    EXPECT_EQ(epilogue({0x7F000000}, {0x00800000}, {0x00800000}, OutputType::f32), 0u);
    EXPECT_EQ(epilogue({0xFF800000}, {0x00800000}, {0x00800000}, OutputType::bf16),
              0x7FFFu); // infinity * 0
    EXPECT_EQ(epilogue({0x7FC00000}, {0x3F800000}, {0x3F800000}, OutputType::f32), 0x7FFFFFFFu);
    EXPECT_EQ(epilogue({0x80000000}, {0x3F800000}, {0x3F800000}, OutputType::f16), 0u);
}

TEST(OutputTypes, NamesAndSizes) {
    EXPECT_EQ(output_type_from_name("f32"), OutputType::f32);
    EXPECT_EQ(output_type_from_name("bf16"), OutputType::bf16);
    EXPECT_EQ(output_type_from_name("f16"), OutputType::f16);
    EXPECT_EQ(output_type_from_name("fp16"), std::nullopt);
    EXPECT_EQ(spec_of(OutputType::bf16).bytes, 2);
    EXPECT_EQ(spec_of(OutputType::f32).bytes, 4);
}

} // namespace
} // namespace fp4
