#include "fp4/gemm/gemm.hpp"

#include <gtest/gtest.h>

#include "fast_cases.hpp"
#include "slow_dot.hpp"

namespace fp4 {
namespace {

using test::all_formats;
using test::hex;
using test::make_c;
using test::random_tensor;
using test::Start;

struct Shape {
    uint64_t m, n, k;
};
constexpr Shape shapes[] = {{1, 1, 16}, {1, 1, 64},  {1, 7, 48},  {5, 1, 32},
                            {3, 5, 80}, {7, 3, 128}, {2, 9, 208}, {4, 4, 1024}};

template <class Check>
void for_every_case(uint64_t seed, Check check) {
    test::Rng rng(seed);
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        for (Format fa : all_formats)
            for (Format fb : all_formats) {
                if (!check_formats(fa, fb, arithmetic)) continue;
                for (const auto& [m, n, k] : shapes) {
                    if (k % static_cast<uint64_t>(spec_of(fa).block) != 0) continue;
                    for (Start start : {Start::empty, Start::random, Start::edges})
                        for (int nan_in : {0, 20}) {
                            const auto a = random_tensor(
                                rng, fa, test::some_specials[static_cast<size_t>(rng.below(6))], m,
                                k, nan_in);
                            const auto b = random_tensor(
                                rng, fb, test::some_specials[static_cast<size_t>(rng.below(6))], n,
                                k, nan_in);
                            SCOPED_TRACE(std::string(arithmetic.name) + " " +
                                         std::string(spec_of(fa).name) + " x " +
                                         std::string(spec_of(fb).name) + " " + std::to_string(m) +
                                         "x" + std::to_string(n) + "x" + std::to_string(k));
                            check(a, b, make_c(rng, start, m * n), arithmetic);
                            if (testing::Test::HasFatalFailure()) return;
                        }
                }
            }
}

TEST(Gemm, FastEqualsReference) {
    for_every_case(30, [](const PackedTensor& a, const PackedTensor& b, const std::vector<Fp32>& c,
                          const Arithmetic& arithmetic) {
        const auto reference = gemm_reference(a, b, c, arithmetic),
                   fast = gemm_fast(a, b, c, arithmetic);
        ASSERT_TRUE(reference && fast);
        ASSERT_EQ(reference->size(), a.rows * b.rows);
        ASSERT_EQ(fast->size(), reference->size());
        for (size_t i = 0; i < fast->size(); ++i)
            ASSERT_EQ((*fast)[i].bits, (*reference)[i].bits)
                << i << ": " << hex((*fast)[i].bits) << ", expected " << hex((*reference)[i].bits);
    });
}

// Row-major results and C: element (m, n) is row m of A, row n of B and C[m][n]; an empty C is +0.
TEST(Gemm, ReferenceEqualsTheSlowTwin) {
    for_every_case(31, [](const PackedTensor& a, const PackedTensor& b, const std::vector<Fp32>& c,
                          const Arithmetic& arithmetic) {
        if (a.k > 256) return;
        const auto d = gemm_reference(a, b, c, arithmetic);
        ASSERT_TRUE(d);
        for (uint64_t m = 0; m < a.rows; ++m)
            for (uint64_t n = 0; n < b.rows; ++n) {
                const uint64_t at = m * b.rows + n;
                const uint32_t start = c.empty() ? 0 : c[at].bits;
                ASSERT_EQ((*d)[at].bits, slow::profile_dot(arithmetic, a, m, b, n, start))
                    << m << " " << n;
            }
    });
}

TEST(Gemm, TensorScalesAreNotApplied) {
    test::Rng rng(32);
    auto a = random_tensor(rng, Format::razer_w, {}, 2, 64),
         b = random_tensor(rng, Format::nvfp4, {}, 2, 64);
    for (const Arithmetic& arithmetic : arithmetic_profiles) {
        const auto before = gemm_reference(a, b, {}, arithmetic);
        a.tensor_scale = {0x40490FDB};
        b.tensor_scale = {0x7FC00000};
        EXPECT_EQ(*gemm_reference(a, b, {}, arithmetic), *before);
        EXPECT_EQ(*gemm_fast(a, b, {}, arithmetic), *before);
    }
}

TEST(Gemm, ProfilesByName) {
    EXPECT_EQ(arithmetic_from_name("exact"), &exact);
    EXPECT_EQ(arithmetic_from_name("nv-blackwell"), &nv_blackwell);
    EXPECT_EQ(arithmetic_from_name("fp32-seq"), &fp32_seq);
    EXPECT_EQ(arithmetic_from_name("nv_blackwell"), nullptr);
    EXPECT_EQ(arithmetic_from_name("nv-blackwell-1"), &nv_blackwell_1);
    EXPECT_EQ(arithmetic_from_name("f13"), &f13);
    EXPECT_EQ(nv_blackwell.steps.fraction_bits, 35);
    EXPECT_EQ(nv_blackwell.steps.terms, 4);
}

class GemmErrors : public testing::Test {
  protected:
    // Both paths and the common check report the same error, and its text names the field.
    void expect_error(ErrorCode code, const std::string& field,
                      const Arithmetic& arithmetic = nv_blackwell) {
        const auto status = check_gemm(a, b, c, arithmetic);
        ASSERT_FALSE(status) << field;
        EXPECT_EQ(status.error().code, code) << field;
        EXPECT_NE(status.error().message.find(field), std::string::npos) << status.error().message;
        for (const auto& result :
             {gemm_reference(a, b, c, arithmetic), gemm_fast(a, b, c, arithmetic)}) {
            ASSERT_FALSE(result) << field;
            EXPECT_EQ(result.error().code, code);
            EXPECT_EQ(result.error().message, status.error().message);
        }
    }

    test::Rng rng{33};
    PackedTensor a = random_tensor(rng, Format::nvfp4, {}, 2, 64),
                 b = random_tensor(rng, Format::razer_a, {}, 3, 64);
    std::vector<Fp32> c = std::vector<Fp32>(6);
};

TEST_F(GemmErrors, NoneForGoodShapes) {
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        EXPECT_TRUE(check_gemm(a, b, c, arithmetic));
    c.clear();
    for (const Arithmetic& arithmetic : arithmetic_profiles)
        EXPECT_TRUE(check_gemm(a, b, c, arithmetic));
}

TEST_F(GemmErrors, KIsAMultipleOf16) {
    for (uint64_t k : {0, 8, 63, 65}) {
        a.k = k;
        expect_error(ErrorCode::bad_shape,
                     "A: K: expected a multiple of 16, found " + std::to_string(k));
    }
    a.k = 64;
    b.k = 72;
    expect_error(ErrorCode::bad_shape, "B: K: expected a multiple of 16, found 72");
}

TEST_F(GemmErrors, BytesOfCodesAndScales) {
    a.codes.pop_back();
    expect_error(ErrorCode::bad_shape, "A: codes: expected 2 rows of 32 bytes, found 63 bytes");
    a.codes.resize(65);
    expect_error(ErrorCode::bad_shape, "A: codes: expected 2 rows of 32 bytes, found 65 bytes");
    a.codes.resize(64);
    b.scales.pop_back();
    expect_error(ErrorCode::bad_shape, "B: scales: expected 3 rows of 4 bytes, found 11 bytes");
}

TEST_F(GemmErrors, SpecialsFitFiveBits) {
    b.format = Format::razer_w;
    b.specials = {32, 16};
    expect_error(ErrorCode::bad_argument, "B: V1: expected 0 to 31 half-units, found 32");
    b.specials = {31, 32};
    expect_error(ErrorCode::bad_argument, "B: V2: expected 0 to 31 half-units, found 32");
    b.specials = {31, 31};
    EXPECT_TRUE(check_gemm(a, b, c, nv_blackwell));
    // What a format does not have cannot be wrong.
    b.format = Format::razer_a;
    b.specials = {31, 99};
    EXPECT_TRUE(check_gemm(a, b, c, nv_blackwell));
    b.format = Format::nvfp4;
    b.specials = {99, 99};
    EXPECT_TRUE(check_gemm(a, b, c, nv_blackwell));
}

TEST_F(GemmErrors, RowsTooManyFor64Bits) {
    a.rows = uint64_t{1} << 63;
    a.codes.clear();
    a.scales.clear();
    expect_error(ErrorCode::bad_shape,
                 "A: codes: expected 9223372036854775808 rows of 32 bytes, found 0 bytes");
}

TEST_F(GemmErrors, KOfBIsKOfA) {
    b = random_tensor(rng, Format::nvfp4, {}, 3, 48);
    expect_error(ErrorCode::bad_shape, "K of B: expected 64 as in A, found 48");
}

TEST_F(GemmErrors, ElementsOfC) {
    for (size_t size : {1u, 5u, 7u}) {
        c.resize(size);
        expect_error(ErrorCode::bad_shape,
                     "elements of C: expected 6, found " + std::to_string(size));
    }
}

TEST_F(GemmErrors, StepsOutsideTheirRanges) {
    Arithmetic steps = nv_blackwell;
    for (int terms : {0, 5, 99}) {
        steps.steps.terms = terms;
        expect_error(ErrorCode::bad_argument, std::to_string(terms) + " terms", steps);
    }
    Arithmetic pairs = nv_blackwell;
    pairs.steps.group_terms = 2;
    EXPECT_TRUE(check_gemm(a, b, c, pairs));
    a = random_tensor(rng, Format::mxfp4, {}, 2, 64);
    b = random_tensor(rng, Format::mxfp4, {}, 3, 64);
    expect_error(ErrorCode::bad_argument, "mxfp4 and mxfp4", pairs);
}

// The bound is checked before the sum starts, for `exact` only.
TEST_F(GemmErrors, KBeyondTheExactBound) {
    c.clear();
    const Specials largest{31, 31};
    a = random_tensor(rng, Format::razer_a, largest, 1, 182416),
    b = random_tensor(rng, Format::razer_a, largest, 1, 182416);
    EXPECT_TRUE(check_gemm(a, b, c, exact));
    a = random_tensor(rng, Format::razer_a, largest, 1, 182432),
    b = random_tensor(rng, Format::razer_a, largest, 1, 182432);
    expect_error(ErrorCode::bound_exceeded,
                 "K: expected at most 182416 for an exact 64-bit sum, found 182432", exact);
    EXPECT_TRUE(check_gemm(a, b, c, nv_blackwell));
}

TEST(Gemm, ProfilesRefuseFormatsThatTheyDoNotAdd) {
    const auto message = [](Format a, Format b, const Arithmetic& arithmetic) {
        const Status status = check_formats(a, b, arithmetic);
        return status ? std::string("none") : status.error().message;
    };
    EXPECT_EQ(message(Format::nvfp4, Format::if4, nv_blackwell),
              "profile 'nv-blackwell': expected elements that are binary fractions, found if4 in "
              "units of 1/14");
    EXPECT_EQ(message(Format::if4, Format::razer_a, f13),
              "profile 'f13': expected elements that are binary fractions, found if4 in units of "
              "1/14");
    EXPECT_EQ(message(Format::hif4, Format::m2xfp_w, exact),
              "format of B: expected blocks of 64 as in A, found m2xfp-w with blocks of 32");
    Arithmetic groups = nv_blackwell;
    groups.steps.group_terms = 2;
    EXPECT_EQ(message(Format::hif4, Format::hif4, groups),
              "profile 'nv-blackwell': expected half-units under scales whose exponents differ by "
              "at most 38 in groups of several terms, found hif4 and hif4");
    for (const Arithmetic* profile : {&exact, &fp32_seq})
        EXPECT_EQ(message(Format::if4, Format::if4, *profile), "none") << profile->name;
    EXPECT_EQ(message(Format::mxfp4, Format::m2xfp_w, nv_blackwell), "none");
    EXPECT_EQ(message(Format::hif4, Format::hif4, nv_blackwell), "none");
    const auto a = test::random_tensor(*std::make_unique<test::Rng>(1), Format::if4, {}, 2, 64);
    const auto refused = gemm_reference(a, a, {}, nv_blackwell);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::bad_argument);
}

} // namespace
} // namespace fp4
