#include <gmock/gmock.h>

#include <cfenv>
#include <cstdlib>

#include "fast_cases.hpp"
#include "fp4/formats/decode.hpp"

#ifdef __SSE__
#include <xmmintrin.h>
#endif

namespace fp4 {
namespace {

using namespace test;

TEST(GemmFast, EqualsReferenceOnRandomAndEdgeOperands) { compare_with_reference(40, 12); }

// Long enough for several runs of blocks, and for groups of rows; ragged in M and N.
TEST(GemmFast, EqualsReferenceBeyondOneRunAndOneGroup) {
    Rng rng(41);
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        for (const Format format : {Format::nvfp4, Format::razer_w, Format::mxfp4}) {
            SCOPED_TRACE(std::string(arithmetic.name) + " " + std::string(spec_of(format).name));
            const Format other = format == Format::mxfp4 ? Format::mxfp4 : Format::razer_a;
            expect_fast_equals_reference(random_tensor(rng, other, {31, 31}, 5, 2144),
                                         random_tensor(rng, format, {31, 18}, 19, 2144),
                                         make_c(rng, Start::random, 95), arithmetic);
            expect_fast_equals_reference(random_tensor(rng, other, {12, 12}, 131, 96),
                                         random_tensor(rng, format, {14, 18}, 33, 96), {},
                                         arithmetic);
        }
}

// The largest operands on both sides of every bound that chooses a kernel: elements of A that stay
// an int8 times 8 up to 15 half-units, dots that stay an int16 up to a product of 255.
TEST(GemmFast, LargestOperandsRoundTheBoundsOfTheNarrowKernel) {
    Rng rng(42);
    for (const auto& [va, vb] : {std::pair{12, 12},
                                 {15, 17},
                                 {15, 18},
                                 {16, 12},
                                 {16, 15},
                                 {15, 31},
                                 {12, 21},
                                 {12, 22},
                                 {17, 15},
                                 {31, 12},
                                 {31, 31}})
        for (const Format fa : formats_of_16)
            for (const Format fb : formats_of_16) {
                SCOPED_TRACE(std::string(spec_of(fa).name) + " " + std::to_string(va) + " x " +
                             std::string(spec_of(fb).name) + " " + std::to_string(vb));
                const Specials sa{static_cast<uint8_t>(va), static_cast<uint8_t>(va)},
                    sb{static_cast<uint8_t>(vb), static_cast<uint8_t>(vb)};
                const auto b = filled_tensor(rng, Fill::largest, fb, sb, 17, 80, 0);
                expect_fast_equals_reference(filled_tensor(rng, Fill::largest, fa, sa, 5, 80, 0), b,
                                             {}, exact);
                expect_fast_equals_reference(filled_tensor(rng, Fill::wide_span, fa, sa, 5, 80, 0),
                                             b, {}, exact);
                if (HasFatalFailure()) return;
            }
}

__extension__ using Int128 = __int128;

// Sums of more than 2^53 units, checked in 128 bits without any of golden's sums.
TEST(GemmFast, ExactSumsAgreeWith128Bits) {
    Rng rng(43);
    const auto value_q9 = [](const PackedTensor& t, uint64_t row, uint64_t k) {
        const uint8_t byte = t.row(row).scales[k / 16];
        const Scale scale = block_scale(t.format, byte);
        const int64_t sig =
            element_lane(t.format, t.specials, byte, packed_code(t.row(row).codes, k)) *
            int64_t{scale.significand};
        return scale.significand ? sig << (scale.exponent + 6) : 0;
    };
    for (const Fill fill : {Fill::random, Fill::largest, Fill::wide_span, Fill::canceling}) {
        const auto a = filled_tensor(rng, fill, Format::nvfp4, {}, 3, 4096, 0),
                   b = filled_tensor(rng, fill, Format::razer_a, {14, 0}, 18, 4096, 0);
        for (const Isa isa : supported_isas()) {
            const auto d = gemm_fast(a, b, {}, exact, {isa});
            ASSERT_TRUE(d);
            for (uint64_t m = 0; m < a.rows; ++m)
                for (uint64_t n = 0; n < b.rows; ++n) {
                    Int128 sum = 0;
                    for (uint64_t k = 0; k < a.k; ++k)
                        sum += Int128{value_q9(a, m, k)} * value_q9(b, n, k);
                    const bool negative = sum < 0;
                    const Int128 magnitude = negative ? -sum : sum;
                    ASSERT_EQ(static_cast<uint64_t>(magnitude >> 63), 0u);
                    ASSERT_EQ((*d)[m * b.rows + n],
                              round_fp32(negative, static_cast<uint64_t>(magnitude), -20, false,
                                         Rounding::nearest_even))
                        << name_of(isa);
                }
        }
    }
}

// The K limit of formats.md: at the last K allowed the sum of the largest terms still fits.
TEST(GemmFast, LargestSumAtTheLimitOfK) {
    Rng rng(44);
    const Specials largest{31, 31};
    const uint64_t k = 182416;
    auto a = filled_tensor(rng, Fill::largest, Format::razer_a, largest, 1, k, 0),
         b = filled_tensor(rng, Fill::largest, Format::razer_a, largest, 1, k, 0);
    for (PackedTensor* t : {&a, &b})
        std::ranges::fill(t->scales, uint8_t{0x7E}); // all specials positive
    expect_fast_equals_reference(a, b, {}, exact);
    auto longer = filled_tensor(rng, Fill::largest, Format::razer_a, largest, 1, k + 16, 0);
    EXPECT_FALSE(gemm_fast(longer, longer, {}, exact));
    const auto n = filled_tensor(rng, Fill::largest, Format::nvfp4, {}, 1, 1217392,
                                 0); // and of the narrow kernel
    expect_fast_equals_reference(n, n, {}, exact);
}

// Scales so far apart that the 64-bit window of a pair of rows cannot hold them, next to some where
// it just can.
TEST(GemmFast, MxfpSpansRoundTheWindow) {
    Rng rng(45);
    for (int span = 15; span <= 30; ++span) {
        auto a = random_tensor(rng, Format::mxfp4, {}, 3, 128),
             b = random_tensor(rng, Format::mxfp4, {}, 17, 128);
        for (PackedTensor* t : {&a, &b})
            for (size_t i = 0; i < t->scales.size(); ++i)
                t->scales[i] = static_cast<uint8_t>(110 + (i % 2 ? span : 0)),
                t->codes[i * 16] = 0x77;
        for (uint8_t& byte : a.codes) byte = 0x77;
        SCOPED_TRACE(span);
        expect_fast_equals_reference(a, b, {}, exact);
        expect_fast_equals_reference(a, b, make_c(rng, Start::edges, 51), exact);
        for (uint8_t& byte : b.codes) byte = 0x77;
        expect_fast_equals_reference(a, b, {}, exact);
    }
}

// Blocks of zeros have no say in the window, whatever their scale; blocks of the smallest elements
// have.
TEST(GemmFast, MxfpBlocksOfZerosAndOfTheSmallestElements) {
    Rng rng(51);
    auto a = random_tensor(rng, Format::mxfp4, {}, 5, 128),
         b = random_tensor(rng, Format::mxfp4, {}, 17, 128);
    for (PackedTensor* t : {&a, &b})
        for (size_t block = 0; block < t->scales.size(); ++block) {
            constexpr uint8_t codes[] = {0x00, 0x88, 0x11, 0x99, 0x75};
            const int kind = rng.below(5);
            std::fill_n(t->codes.begin() + static_cast<ptrdiff_t>(block * 16), 16, codes[kind]);
            t->scales[block] =
                static_cast<uint8_t>(kind < 2 ? rng.below(255) : rng.between(118, 132));
        }
    expect_fast_equals_reference(a, b, {}, exact);
    expect_fast_equals_reference(a, b, make_c(rng, Start::random, 85), exact);
}

TEST(GemmFast, PanelsServeManyLeftOperands) {
    Rng rng(46);
    const auto b = random_tensor(rng, Format::razer_w, {14, 18}, 35, 192, 20);
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        const auto panels = WeightPanels::make(b, arithmetic, {Isa::portable, 3});
        ASSERT_TRUE(panels);
        EXPECT_EQ(panels->arithmetic().name, arithmetic.name);
        EXPECT_EQ(panels->header().format, b.format);
        EXPECT_EQ(panels->header().specials, b.specials);
        EXPECT_EQ(panels->header().rows, 35u);
        EXPECT_EQ(panels->header().k, 192u);
        EXPECT_EQ(panels->header().tensor_scale, b.tensor_scale);
        for (const Format format : {Format::nvfp4, Format::razer_a,
                                    Format::razer_w}) { // narrow and wide sums from the same panels
            const auto a = random_tensor(rng, format, {31, 31}, 6, 192, 20);
            const auto c = make_c(rng, Start::edges, 210);
            for (const Isa isa : supported_isas())
                EXPECT_EQ(*gemm_fast(a, *panels, c, {isa, 2}),
                          *gemm_reference(a, b, c, arithmetic));
        }
        const auto shorter = random_tensor(rng, Format::nvfp4, {}, 6, 176);
        const auto result = gemm_fast(shorter, *panels, {}, {});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().message, check_gemm(shorter, b, {}, arithmetic).error().message);
        auto broken = shorter;
        broken.codes.pop_back();
        EXPECT_FALSE(gemm_fast(broken, *panels, {}, {}));
        const std::vector<Fp32> c(5);
        EXPECT_FALSE(gemm_fast(random_tensor(rng, Format::nvfp4, {}, 6, 192), *panels, c, {}));
    }
    auto broken = b;
    broken.scales.pop_back();
    EXPECT_EQ(WeightPanels::make(broken, exact).error().code, ErrorCode::bad_shape);
}

TEST(GemmFast, NoRowsAndMoreThreadsThanWork) {
    Rng rng(47);
    const auto a = random_tensor(rng, Format::nvfp4, {}, 9, 64),
               b = random_tensor(rng, Format::nvfp4, {}, 17, 64),
               none = random_tensor(rng, Format::nvfp4, {}, 0, 64);
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        EXPECT_TRUE(gemm_fast(none, b, {}, arithmetic)->empty());
        EXPECT_TRUE(gemm_fast(a, none, {}, arithmetic)->empty());
        for (const unsigned threads : {0u, 40u, 4000000000u}) {
            FastRun run{};
            EXPECT_EQ(*gemm_fast(a, b, {}, arithmetic, {{}, threads, &run}),
                      *gemm_reference(a, b, {}, arithmetic));
            EXPECT_GE(run.threads, 1u);
            EXPECT_TRUE(threads == 0 || run.threads == threads);
        }
    }
}

// The caller's rounding mode and flushing of subnormals neither reach the results nor get lost.
TEST(GemmFast, FloatingPointEnvironmentDoesNotMatter) {
    Rng rng(48);
    const auto a = filled_tensor(rng, Fill::subnormal, Format::mxfp4, {}, 5, 2080, 0),
               b = random_tensor(rng, Format::mxfp4, {}, 18, 2080);
    const auto x = random_tensor(rng, Format::nvfp4, {}, 5, 2080),
               y = random_tensor(rng, Format::razer_a, {}, 18, 2080);
    const auto c = make_c(rng, Start::edges, 90);
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        const auto mx = *gemm_reference(a, b, c, arithmetic),
                   nv = *gemm_reference(x, y, {}, arithmetic);
        for (const int rounding : {FE_UPWARD, FE_TOWARDZERO}) {
            std::fesetround(rounding);
#ifdef __SSE__
            const unsigned before = _mm_getcsr() | 0x8040; // flush to zero, denormals are zero
            _mm_setcsr(before);
#endif
            std::vector<std::vector<Fp32>> results;
            for (const Isa isa : supported_isas())
                for (const unsigned threads : {1u, 2u})
                    results.push_back(*gemm_fast(a, b, c, arithmetic, {isa, threads})),
                        results.push_back(*gemm_fast(x, y, {}, arithmetic, {isa, threads}));
            const int after = std::fegetround();
#ifdef __SSE__
            const unsigned csr = _mm_getcsr();
            _mm_setcsr(0x1F80);
            EXPECT_EQ(csr & 0xFFC0u, before & 0xFFC0u);
#endif
            std::fesetround(FE_TONEAREST);
            EXPECT_EQ(after, rounding);
            for (size_t i = 0; i < results.size(); ++i)
                EXPECT_EQ(results[i], i % 2 ? nv : mx) << arithmetic.name << " " << i;
        }
    }
}

// Fused steps that the kernels' bounds do not cover still give the reference's bits.
TEST(GemmFast, OtherFusedStepsTakeTheReferencePath) {
    Rng rng(49);
    const auto a = random_tensor(rng, Format::nvfp4, {}, 3, 128),
               b = random_tensor(rng, Format::nvfp4, {}, 5, 128);
    const auto c = make_c(rng, Start::random, 15);
    for (int bits : {7, 8, 9, 13, 22, 23, 34, 35, 36}) {
        Arithmetic other = nv_blackwell;
        other.steps.fraction_bits = bits;
        EXPECT_EQ(*gemm_fast(a, b, c, other), *gemm_reference(a, b, c, other)) << bits;
        EXPECT_EQ(static_cast<bool>(WeightPanels::make(b, other)), bits >= 8 && bits <= 35);
    }
    Arithmetic pairs = nv_blackwell;
    pairs.steps.terms = 2;
    EXPECT_EQ(*gemm_fast(a, b, c, pairs), *gemm_reference(a, b, c, pairs));
    Arithmetic sums = nv_blackwell;
    sums.steps.zero_rule = ZeroRule::zero_sums;
    EXPECT_EQ(*gemm_fast(a, b, c, sums), *gemm_reference(a, b, c, sums));
    Arithmetic nearest = nv_blackwell;
    nearest.rounding = Rounding::nearest_even;
    EXPECT_EQ(*gemm_fast(a, b, c, nearest), *gemm_reference(a, b, c, nearest));
}

class GemmFastIsa : public testing::Test {
  protected:
    GemmFastIsa() {
        if (const char* value = std::getenv("FP4SIM_ISA")) saved_ = value;
    }
    ~GemmFastIsa() override {
        saved_.empty() ? unsetenv("FP4SIM_ISA") : setenv("FP4SIM_ISA", saved_.c_str(), 1);
    }

    Result<std::vector<Fp32>> multiply(std::optional<Isa> isa, FastRun* run) {
        return gemm_fast(a, a, {}, exact, {isa, 1, run});
    }

    Rng rng{50};
    PackedTensor a = random_tensor(rng, Format::nvfp4, {}, 2, 64);

  private:
    std::string saved_;
};

TEST_F(GemmFastIsa, EnvironmentChoosesWhatRuns) {
    for (const Isa isa : supported_isas()) {
        setenv("FP4SIM_ISA", std::string(name_of(isa)).c_str(), 1);
        FastRun run{};
        ASSERT_TRUE(multiply({}, &run));
        EXPECT_EQ(run.isa, isa);
        for (const Isa asked : supported_isas()) { // what the caller asks for comes first
            ASSERT_TRUE(multiply(asked, &run));
            EXPECT_EQ(run.isa, asked);
        }
    }
    for (const char* none : {"", static_cast<const char*>(nullptr)}) {
        none ? setenv("FP4SIM_ISA", none, 1) : unsetenv("FP4SIM_ISA");
        FastRun run{};
        ASSERT_TRUE(multiply({}, &run));
        EXPECT_EQ(run.isa, supported_isas().back());
    }
}

TEST_F(GemmFastIsa, UnknownAndUnsupportedNamesAreErrors) {
    for (const char* name : {"avx", "AVX2", "avx2 ", "neon", "avx512"}) {
        setenv("FP4SIM_ISA", name, 1);
        const auto result = multiply({}, nullptr);
        ASSERT_FALSE(result) << name;
        EXPECT_EQ(result.error().code, ErrorCode::unknown_name);
        EXPECT_THAT(result.error().message, testing::HasSubstr(name));
        EXPECT_FALSE(WeightPanels::make(a, exact));
        EXPECT_TRUE(multiply(Isa::portable, nullptr)); // the environment is not read
    }
    unsetenv("FP4SIM_ISA");
    const auto isas = supported_isas();
    EXPECT_EQ(isas.front(), Isa::portable);
    for (const Isa isa : {Isa::portable, Isa::avx2, Isa::avx512_vnni}) {
        EXPECT_EQ(isa_from_name(name_of(isa)), isa);
        if (std::ranges::find(isas, isa) != isas.end()) continue;
        const auto result = multiply(isa, nullptr);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::bad_argument);
    }
}

} // namespace
} // namespace fp4
