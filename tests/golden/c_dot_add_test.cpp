#include <set>

#include "c_calls.hpp"
#include "fp4/arithmetic/dot_add.hpp"

namespace fp4 {
namespace {

using namespace test;

TEST(CDotProfiles, RowsAreGoldens) {
    std::set<int32_t> output_bits;
    for (size_t i = 0; i < dot_profiles.size(); ++i) {
        const auto profile = static_cast<fp4_dot_profile>(i);
        const DotProfile& row = dot_profiles[i];
        EXPECT_EQ(fp4_dot_profile_gpu(profile), row.gpu);
        EXPECT_EQ(fp4_dot_profile_instruction(profile), row.instruction);
        EXPECT_EQ(fp4_dot_profile_element(profile), spec_of(row.element).name);
        EXPECT_EQ(fp4_dot_profile_element_bits(profile), spec_of(row.element).bits());
        EXPECT_EQ(fp4_dot_profile_k(profile), row.k);
        EXPECT_EQ(fp4_dot_profile_step(profile), row.step);
        EXPECT_EQ(fp4_dot_profile_output_bits(profile), row.output == DotOutput::f16 ? 16 : 32)
            << row.name;
        EXPECT_EQ(fp4_dot_profile_block_scaled(profile), row.block_scaled);
        for (uint64_t products : {uint64_t{0}, uint64_t{1}, uint64_t{4}, uint64_t{8}, uint64_t{16},
                                  uint64_t{24}, uint64_t{32}, uint64_t{96}, UINT64_MAX})
            EXPECT_EQ(fp4_dot_profile_accepts_length(profile, products),
                      row.accepts_length(products))
                << row.name << " " << products;
    }
}

TEST(CDotProfiles, OutsideTheListThereIsNothing) {
    for (fp4_dot_profile profile : {-1, -2, fp4_dot_profile_count(), INT32_MAX, INT32_MIN}) {
        EXPECT_EQ(fp4_dot_profile_gpu(profile), nullptr);
        EXPECT_EQ(fp4_dot_profile_instruction(profile), nullptr);
        EXPECT_EQ(fp4_dot_profile_element(profile), nullptr);
        for (auto* number : {fp4_dot_profile_element_bits, fp4_dot_profile_k, fp4_dot_profile_step,
                             fp4_dot_profile_output_bits, fp4_dot_profile_block_scaled})
            EXPECT_EQ(number(profile), 0);
        EXPECT_EQ(fp4_dot_profile_accepts_length(profile, 32), 0);
    }
}

TEST(CDotAdd, EveryProfileIsGoldens) {
    Rng rng(340);
    for (size_t i = 0; i < dot_profiles.size(); ++i) {
        const DotProfile& row = dot_profiles[i];
        const auto k = static_cast<size_t>(2 * row.k);
        std::set<uint32_t> results;
        for (int round = 0; round < 50; ++round) {
            std::vector<uint32_t> a(k), b(k);
            const FloatSpec& layout = spec_of(row.element).layout;
            for (auto* codes : {&a, &b})
                for (auto& code : *codes) // numbers about 1
                    code = (rng.fp32_bits() & ((1u << layout.fraction_bits) - 1)) |
                           static_cast<uint32_t>(layout.bias + rng.between(-3, 3))
                               << layout.fraction_bits |
                           (rng.one_in(2) ? 1u << layout.sign_position() : 0u);
            std::vector<uint8_t> a_scales(row.block_scaled ? 2 : 0), b_scales(a_scales.size());
            for (auto* scales : {&a_scales, &b_scales})
                for (auto& byte : *scales) byte = static_cast<uint8_t>(rng.between(120, 134));
            const uint32_t c_bits = rng.fp32_bits(-4, 4);
            const auto expected = dot_add(row, {a, b, a_scales, b_scales}, Fp32{c_bits});
            ASSERT_TRUE(expected);
            uint32_t d_bits = 0xA5A5A5A5;
            expect_done([&](fp4_error* error) {
                return fp4_dot_add(static_cast<fp4_dot_profile>(i), a.data(), b.data(), k,
                                   row.block_scaled ? a_scales.data() : nullptr,
                                   row.block_scaled ? b_scales.data() : nullptr, c_bits, &d_bits,
                                   error);
            });
            ASSERT_EQ(d_bits, *expected) << row.name;
            results.insert(d_bits);
        }
        EXPECT_GT(results.size(), 40u) << row.name;
    }
}

TEST(CDotAdd, ByHand) {
    std::array<uint32_t, 32> a{}, b{};
    uint32_t d_bits = 0;
    a[0] = 0x3C00, b[0] = 0x4000; // fp16: 1 * 2, plus 1/2
    ASSERT_EQ(fp4_dot_add(fp4_dot_profile_from_name("h100-fp16-f32"), a.data(), b.data(), 16,
                          nullptr, nullptr, 0x3F000000, &d_bits, nullptr),
              FP4_OK);
    EXPECT_EQ(d_bits, 0x40200000u);
    ASSERT_EQ(fp4_dot_add(fp4_dot_profile_from_name("h100-fp16-f16"), a.data(), b.data(), 16,
                          nullptr, nullptr, 0x3F000000, &d_bits, nullptr),
              FP4_OK);
    EXPECT_EQ(d_bits, 0x4100u);
    a[0] = 0x38, b[0] = 0x40; // e4m3: 1 * 2, under 2^3 * 2^-1
    const uint8_t a_scale = 130, b_scale = 126;
    ASSERT_EQ(fp4_dot_add(fp4_dot_profile_from_name("blackwell-mxf8-e4m3-f32"), a.data(), b.data(),
                          32, &a_scale, &b_scale, 0x3F000000, &d_bits, nullptr),
              FP4_OK);
    EXPECT_EQ(d_bits, 0x41080000u);
}

TEST(CDotAddErrors, ArgumentsAndLengths) {
    const std::array<uint32_t, 32> codes{};
    const uint8_t scale = 127;
    uint32_t d_bits = 7;
    const fp4_dot_profile plain = fp4_dot_profile_from_name("h100-fp16-f32"),
                          scaled = fp4_dot_profile_from_name("blackwell-mxf8-e4m3-f32");
    const auto refused = [&](fp4_dot_profile profile, const uint32_t* a, const uint32_t* b,
                             uint64_t k, const uint8_t* sa, const uint8_t* sb, uint32_t* d,
                             fp4_status status, const std::string& message) {
        expect_refused(
            [&](fp4_error* error) { return fp4_dot_add(profile, a, b, k, sa, sb, 0, d, error); },
            status, message);
        EXPECT_EQ(d_bits, 7u) << message;
    };
    const auto* x = codes.data();
    refused(plain, nullptr, x, 16, nullptr, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "a_codes: expected a pointer, found NULL");
    refused(plain, x, nullptr, 16, nullptr, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "b_codes: expected a pointer, found NULL");
    refused(plain, x, x, 16, nullptr, nullptr, nullptr, FP4_BAD_ARGUMENT,
            "d_bits: expected a pointer, found NULL");
    refused(plain, x, x, 16, &scale, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "a_scales: expected NULL for h100-fp16-f32, found a pointer");
    refused(plain, x, x, 16, nullptr, &scale, &d_bits, FP4_BAD_ARGUMENT,
            "b_scales: expected NULL for h100-fp16-f32, found a pointer");
    refused(scaled, x, x, 32, nullptr, &scale, &d_bits, FP4_BAD_ARGUMENT,
            "a_scales: expected a pointer, found NULL");
    refused(scaled, x, x, 32, &scale, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "b_scales: expected a pointer, found NULL");
    const std::string last = std::to_string(fp4_dot_profile_count() - 1),
                      after = std::to_string(fp4_dot_profile_count());
    refused(FP4_UNKNOWN, x, x, 16, nullptr, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "profile: expected 0 to " + last + ", found -1");
    refused(fp4_dot_profile_count(), x, x, 16, nullptr, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "profile: expected 0 to " + last + ", found " + after);
    refused(plain, x, x, 0, nullptr, nullptr, &d_bits, FP4_BAD_SHAPE,
            "a_codes: expected at least one element, found 0 x 1");
    refused(plain, x, x, 17, nullptr, nullptr, &d_bits, FP4_BAD_SHAPE,
            "elements of A: expected a multiple of 16 for h100-fp16-f32, found 17");
    refused(plain, x, x, uint64_t{1} << 62, nullptr, nullptr, &d_bits, FP4_BAD_SHAPE,
            "a_codes: 4611686018427387904 x 1 elements are more than memory can hold");
    refused(scaled, x, x, 16, &scale, &scale, &d_bits, FP4_BAD_SHAPE,
            "elements of A: expected a multiple of 32 for blackwell-mxf8-e4m3-f32, found 16");
    std::array<uint32_t, 16> wide{};
    wide[3] = 0x10000;
    refused(plain, x, wide.data(), 16, nullptr, nullptr, &d_bits, FP4_BAD_ARGUMENT,
            "element 3 of B: expected 16 bits of fp16, found the code 65536");
}

} // namespace
} // namespace fp4
