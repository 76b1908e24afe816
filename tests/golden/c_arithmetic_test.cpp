#include <limits>

#include "c_calls.hpp"
#include "fp4/arithmetic/epilogue.hpp"
#include "fp4/gemm/gemm.hpp"

namespace fp4 {
namespace {

using namespace test;

std::vector<uint32_t> random_c(Rng& rng, size_t count) {
    std::vector<uint32_t> c(count);
    for (auto& bits : c) bits = rng.one_in(10) ? rng.fp32_bits() : rng.fp32_bits(-25, 50);
    return c;
}

std::vector<uint32_t> golden_gemm(const PackedTensor& a, const PackedTensor& b,
                                  const std::vector<uint32_t>& c, size_t profile) {
    std::vector<Fp32> addend;
    for (uint32_t bits : c) addend.push_back({bits});
    const auto d = gemm_reference(a, b, addend, arithmetic_profiles[profile]);
    EXPECT_TRUE(d);
    std::vector<uint32_t> d_bits;
    for (Fp32 value : *d) d_bits.push_back(value.bits);
    return d_bits;
}

TEST(CArithmetic, EveryFormatPairAndProfile) {
    Rng rng(320);
    for (Format fa : all_formats)
        for (Format fb : all_formats)
            for (size_t profile = 0; profile < arithmetic_profiles.size(); ++profile) {
                if (!check_formats(fa, fb, arithmetic_profiles[profile])) continue;
                const uint64_t m = 3, n = 5, k = 64 * static_cast<uint64_t>(rng.between(1, 3));
                const PackedTensor a = random_tensor(rng, fa, {14, 18}, m, k, 40),
                                   b = random_tensor(rng, fb, {18, 14}, n, k, 40);
                const auto c = random_c(rng, m * n);
                const fp4_config config = config_of(a, b, profile);
                const auto *ac = a.codes.data(), *as = a.scales.data(), *bc = b.codes.data(),
                           *bs = b.scales.data();

                std::vector<uint32_t> d(m * n, 1);
                expect_done([&](fp4_error* error) {
                    return fp4_gemm_reference(&config, ac, as, m, bc, bs, n, k, c.data(), d.data(),
                                              error);
                });
                ASSERT_EQ(d, golden_gemm(a, b, c, profile));
                expect_done([&](fp4_error* error) {
                    return fp4_gemm_reference(&config, ac, as, m, bc, bs, n, k, nullptr, d.data(),
                                              error);
                });
                ASSERT_EQ(d, golden_gemm(a, b, {}, profile));

                d = c; // in place
                expect_done([&](fp4_error* error) {
                    return fp4_gemm_fast(&config, nullptr, ac, as, m, bc, bs, n, k, d.data(),
                                         d.data(), error);
                });
                ASSERT_EQ(d, golden_gemm(a, b, c, profile));

                uint32_t d_bits = 1;
                expect_done([&](fp4_error* error) {
                    return fp4_dot(&config, ac, as, bc, bs, k, c[0], &d_bits, error);
                });
                ASSERT_EQ(d_bits, d[0]);
            }
}

TEST(CArithmetic, EveryInstructionSetAndThreads) {
    Rng rng(321);
    const uint64_t m = 4, n = 6, k = 160;
    const PackedTensor a = random_tensor(rng, Format::razer_a, {10, 16}, m, k),
                       b = random_tensor(rng, Format::razer_w, {10, 16}, n, k);
    const fp4_config config = config_of(a, b, FP4_PROFILE_NV_BLACKWELL);
    const auto expected = golden_gemm(a, b, {}, FP4_PROFILE_NV_BLACKWELL);
    for (int32_t isa = 0; isa < fp4_isa_count(); ++isa)
        for (uint32_t threads : {0u, 1u, 3u}) {
            const fp4_gemm_options options{sizeof options, isa, threads};
            std::vector<uint32_t> d(m * n);
            const fp4_status status =
                fp4_gemm_fast(&config, &options, a.codes.data(), a.scales.data(), m, b.codes.data(),
                              b.scales.data(), n, k, nullptr, d.data(), nullptr);
            EXPECT_EQ(status, fp4_isa_supported(isa) ? FP4_OK : FP4_BAD_ARGUMENT) << isa;
            if (status == FP4_OK) {
                EXPECT_EQ(d, expected) << isa << " " << threads;
            }
        }
}

TEST(CArithmetic, TheTileOfMma) {
    Rng rng(322);
    for (size_t profile = 0; profile < arithmetic_profiles.size(); ++profile)
        for (Format format : {Format::nvfp4, Format::mxfp4}) {
            const PackedTensor a = random_tensor(rng, format, {}, 16, 64),
                               b = random_tensor(rng, format, {}, 8, 64);
            const auto c = random_c(rng, 16 * 8);
            const fp4_config config = config_of(a, b, profile);
            std::vector<uint32_t> d(16 * 8);
            const auto *ac = a.codes.data(), *as = a.scales.data(), *bc = b.codes.data(),
                       *bs = b.scales.data();
            expect_done([&](fp4_error* error) {
                return fp4_mma_m16n8k64(&config, ac, as, bc, bs, c.data(), d.data(), error);
            });
            EXPECT_EQ(d, golden_gemm(a, b, c, profile));
            expect_done([&](fp4_error* error) {
                return fp4_mma_m16n8k64(&config, ac, as, bc, bs, nullptr, d.data(), error);
            });
            EXPECT_EQ(d, golden_gemm(a, b, {}, profile));
        }
}

TEST(CArithmetic, EpilogueOfEveryType) {
    const auto d = fp32_edges();
    for (OutputType type : {OutputType::f32, OutputType::bf16, OutputType::f16})
        for (uint32_t a_scale : {0x3F800000u, 0x3D4CCCCDu, 0x00000001u, 0x7F800000u, 0x7FC00000u})
            for (uint32_t b_scale : {0x3F800000u, 0xC0490FDBu}) {
                const auto bytes = static_cast<size_t>(spec_of(type).bytes);
                std::vector<uint8_t> out(d.size() * bytes + 1, 0xAA);
                expect_done([&](fp4_error* error) {
                    return fp4_epilogue(d.data(), d.size(), a_scale, b_scale,
                                        static_cast<fp4_output_type>(type), out.data(), error);
                });
                for (size_t i = 0; i < d.size(); ++i) {
                    const uint32_t expected = epilogue({d[i]}, {a_scale}, {b_scale}, type);
                    uint32_t found = 0;
                    uint16_t narrow = 0;
                    std::memcpy(bytes == 2 ? static_cast<void*>(&narrow) : &found, &out[i * bytes],
                                bytes);
                    ASSERT_EQ(bytes == 2 ? narrow : found, expected) << hex(d[i]);
                }
                EXPECT_EQ(out.back(), 0xAA);
            }
}

TEST(CArithmetic, EpilogueWithScalesOfRows) {
    Rng rng(324);
    const uint64_t m = 5, n = 7;
    std::vector<uint32_t> d, a, b;
    for (uint64_t i = 0; i < m * n; ++i) d.push_back(rng.fp32_bits(-20, 20));
    for (uint64_t i = 0; i < m; ++i) a.push_back(rng.fp32_bits(-20, 20));
    for (uint64_t i = 0; i < n; ++i) b.push_back(rng.fp32_bits(-20, 20));
    for (const auto& [a_count, b_count] : {std::pair{m, n}, {1, n}, {m, 1}, {1, 1}}) {
        std::vector<uint32_t> wide(d.size());
        std::vector<uint16_t> narrow(d.size());
        expect_done([&](fp4_error* error) {
            return fp4_epilogue_rows(d.data(), m, n, a.data(), a_count, b.data(), b_count,
                                     FP4_OUTPUT_F32, wide.data(), error);
        });
        expect_done([&](fp4_error* error) {
            return fp4_epilogue_rows(d.data(), m, n, a.data(), a_count, b.data(), b_count,
                                     FP4_OUTPUT_BF16, narrow.data(), error);
        });
        for (uint64_t i = 0; i < d.size(); ++i) {
            const Fp32 a_scale{a[a_count == 1 ? 0 : i / n]}, b_scale{b[b_count == 1 ? 0 : i % n]};
            ASSERT_EQ(wide[i], epilogue({d[i]}, a_scale, b_scale, OutputType::f32));
            ASSERT_EQ(narrow[i], epilogue({d[i]}, a_scale, b_scale, OutputType::bf16));
        }
    }
}

TEST(CArithmetic, NullConfigIsTheInitializer) {
    Rng rng(323);
    const PackedTensor a = random_tensor(rng, Format::nvfp4, {}, 1, 64),
                       b = random_tensor(rng, Format::nvfp4, {}, 1, 64);
    uint32_t d_bits = 0;
    ASSERT_EQ(fp4_dot(nullptr, a.codes.data(), a.scales.data(), b.codes.data(), b.scales.data(), 64,
                      0xC0000000, &d_bits, nullptr),
              FP4_OK);
    EXPECT_EQ(d_bits, golden_gemm(a, b, {0xC0000000}, FP4_PROFILE_EXACT)[0]);
}

class CArithmeticErrors : public testing::Test {
  protected:
    std::array<uint8_t, 64> codes{};
    std::array<uint8_t, 8> scales{};
    std::array<uint32_t, 16> d{};
    fp4_config config = FP4_CONFIG_INIT;

    // Both matrix products refuse in the same words.
    void refused(uint64_t m, uint64_t n, uint64_t k, fp4_status status,
                 const std::string& message) {
        const auto *c = codes.data(), *s = scales.data();
        expect_refused(
            [&](fp4_error* error) {
                return fp4_gemm_reference(&config, c, s, m, c, s, n, k, nullptr, d.data(), error);
            },
            status, message);
        expect_refused(
            [&](fp4_error* error) {
                return fp4_gemm_fast(&config, nullptr, c, s, m, c, s, n, k, nullptr, d.data(),
                                     error);
            },
            status, message);
    }
};

TEST_F(CArithmeticErrors, Pointers) {
    for (size_t missing = 0; missing < 5; ++missing) {
        const std::array<std::string, 5> names{"a_codes", "a_scales", "b_codes", "b_scales",
                                               "d_bits"};
        const auto *ac = missing == 0 ? nullptr : codes.data(),
                   *as = missing == 1 ? nullptr : scales.data();
        const auto *bc = missing == 2 ? nullptr : codes.data(),
                   *bs = missing == 3 ? nullptr : scales.data();
        uint32_t* out = missing == 4 ? nullptr : d.data();
        const std::string message = names[missing] + ": expected a pointer, found NULL";
        expect_refused(
            [&](fp4_error* error) { return fp4_dot(&config, ac, as, bc, bs, 16, 0, out, error); },
            FP4_BAD_ARGUMENT, message);
        expect_refused(
            [&](fp4_error* error) {
                return fp4_mma_m16n8k64(&config, ac, as, bc, bs, nullptr, out, error);
            },
            FP4_BAD_ARGUMENT, message);
        expect_refused(
            [&](fp4_error* error) {
                return fp4_gemm_reference(&config, ac, as, 1, bc, bs, 1, 16, nullptr, out, error);
            },
            FP4_BAD_ARGUMENT, message);
        expect_refused(
            [&](fp4_error* error) {
                return fp4_gemm_fast(&config, nullptr, ac, as, 1, bc, bs, 1, 16, nullptr, out,
                                     error);
            },
            FP4_BAD_ARGUMENT, message);
    }
}

TEST_F(CArithmeticErrors, Shapes) {
    refused(0, 1, 16, FP4_BAD_SHAPE, "D: expected at least one element, found 0 x 1");
    refused(1, 0, 16, FP4_BAD_SHAPE, "D: expected at least one element, found 1 x 0");
    refused(1, 1, 0, FP4_BAD_SHAPE, "A: expected at least one element, found 1 x 0");
    refused(1, 1, 24, FP4_BAD_SHAPE, "A: K: expected a multiple of 16, found 24");
    refused(uint64_t{1} << 32, uint64_t{1} << 32, 16, FP4_BAD_SHAPE,
            "D: 4294967296 x 4294967296 elements are more than memory can hold"); // wraps to 0
    refused(uint64_t{1} << 59, 1, 32, FP4_BAD_SHAPE,
            "A: 576460752303423488 x 32 elements are more than memory can hold");
    refused(1, uint64_t{1} << 59, 32, FP4_BAD_SHAPE,
            "B: 576460752303423488 x 32 elements are more than memory can hold");
    config.a.format = config.b.format = FP4_FORMAT_MXFP4;
    refused(1, 1, 16, FP4_BAD_SHAPE, "A: K: expected a multiple of 32, found 16");
    config.b.format = FP4_FORMAT_NVFP4;
    refused(1, 1, 32, FP4_BAD_ARGUMENT,
            "format of B: expected blocks of 32 as in A, found nvfp4 with blocks of 16");
}

TEST_F(CArithmeticErrors, KBeyondTheExactAccumulator) {
    config.a = config.b = {FP4_FORMAT_RAZER_A, 31, 16};
    const uint64_t k = 1 << 18; // 31 x 31 under the largest scales fit up to about 180 thousand
    const std::vector<uint8_t> long_codes(k / 2), long_scales(k / 16);
    uint32_t d_bits;
    fp4_error error;
    EXPECT_EQ(fp4_dot(&config, long_codes.data(), long_scales.data(), long_codes.data(),
                      long_scales.data(), k, 0, &d_bits, &error),
              FP4_BOUND_EXCEEDED);
    EXPECT_EQ(std::string(error.message).substr(0, 20), "K: expected at most ") << error.message;
    config.profile = FP4_PROFILE_NV_BLACKWELL;
    EXPECT_EQ(fp4_dot(&config, long_codes.data(), long_scales.data(), long_codes.data(),
                      long_scales.data(), k, 0, &d_bits, &error),
              FP4_OK);
}

TEST_F(CArithmeticErrors, Config) {
    const auto profiles = static_cast<int32_t>(arithmetic_profiles.size());
    config.profile = profiles;
    refused(1, 1, 16, FP4_BAD_ARGUMENT,
            "config.profile: expected 0 to " + std::to_string(profiles - 1) + ", found " +
                std::to_string(profiles));
    config = FP4_CONFIG_INIT;
    config.a.format = -1;
    refused(1, 1, 16, FP4_BAD_ARGUMENT,
            "config.a.format: expected 0 to " + std::to_string(format_specs.size() - 1) +
                ", found -1");
    config = FP4_CONFIG_INIT;
    config.b = {FP4_FORMAT_RAZER_W, 10, 32};
    refused(1, 1, 16, FP4_BAD_ARGUMENT,
            "config.b.v2_halves: expected 0 to 31 half-units, found 32");
    for (uint32_t size : {0u, 31u, 33u, 0xFFFFFFFFu}) {
        config = FP4_CONFIG_INIT;
        config.size = size;
        refused(1, 1, 16, FP4_BAD_ARGUMENT,
                "config.size: expected 32 to 32, found " + std::to_string(size));
    }
}

TEST_F(CArithmeticErrors, GemmOptions) {
    const auto call = [&](uint32_t size, fp4_isa isa) {
        return [=, this](fp4_error* error) {
            const fp4_gemm_options options{size, isa, 1};
            return fp4_gemm_fast(&config, &options, codes.data(), scales.data(), 1, codes.data(),
                                 scales.data(), 1, 16, nullptr, const_cast<uint32_t*>(d.data()),
                                 error);
        };
    };
    expect_refused(call(8, FP4_ISA_AUTO), FP4_BAD_ARGUMENT,
                   "options.size: expected 12 to 12, found 8");
    expect_refused(call(12, FP4_UNKNOWN), FP4_BAD_ARGUMENT,
                   "options.isa: expected 0 to 2, found -1");
    expect_refused(call(12, 3), FP4_BAD_ARGUMENT, "options.isa: expected 0 to 2, found 3");
}

TEST_F(CArithmeticErrors, Epilogue) {
    const auto call = [&](const uint32_t* in, uint64_t count, fp4_output_type type, void* out) {
        return [=](fp4_error* error) {
            return fp4_epilogue(in, count, 0x3F800000, 0x3F800000, type, out, error);
        };
    };
    expect_refused(call(nullptr, 1, 0, d.data()), FP4_BAD_ARGUMENT,
                   "d_bits: expected a pointer, found NULL");
    expect_refused(call(d.data(), 1, 0, nullptr), FP4_BAD_ARGUMENT,
                   "out_bits: expected a pointer, found NULL");
    expect_refused(call(d.data(), 1, 3, d.data()), FP4_BAD_ARGUMENT,
                   "type: expected 0 to 2, found 3");
    expect_refused(call(d.data(), 0, 0, d.data()), FP4_BAD_SHAPE,
                   "d_bits: expected at least one element, found 0 x 1");
    expect_refused(call(d.data(), UINT64_MAX / 2, 0, d.data()), FP4_BAD_SHAPE,
                   "d_bits: 9223372036854775807 x 1 elements are more than memory can hold");
}

TEST_F(CArithmeticErrors, EpilogueRows) {
    const uint32_t one = 0x3F800000;
    const auto call = [&](const uint32_t* a, uint64_t a_scales, const uint32_t* b,
                          uint64_t b_scales) {
        return [=, this](fp4_error* error) {
            return fp4_epilogue_rows(d.data(), 1, 1, a, a_scales, b, b_scales, FP4_OUTPUT_F32,
                                     const_cast<uint32_t*>(d.data()), error);
        };
    };
    expect_refused(call(nullptr, 1, &one, 1), FP4_BAD_ARGUMENT,
                   "a_scales_bits: expected a pointer, found NULL");
    expect_refused(call(&one, 1, nullptr, 1), FP4_BAD_ARGUMENT,
                   "b_scales_bits: expected a pointer, found NULL");
    expect_refused(call(&one, 2, &one, 1), FP4_BAD_SHAPE, "a_scales: expected 1 or 1, found 2");
    expect_refused(call(&one, 1, &one, 0), FP4_BAD_SHAPE, "b_scales: expected 1 or 1, found 0");
}

TEST_F(CArithmeticErrors, OutOfMemoryIsAStatus) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the address sanitizer ends the program where the allocator would refuse";
#endif
    // Nothing is read before there is room for all of it.
    expect_refused(
        [&](fp4_error* error) {
            return fp4_dot(&config, codes.data(), scales.data(), codes.data(), scales.data(),
                           uint64_t{1} << 62, 0, d.data(), error);
        },
        FP4_OUT_OF_MEMORY, "out of memory");
}

// A message longer than its buffer: cut, and terminated. check_shape prints nothing that long, so
// the environment does.
TEST_F(CArithmeticErrors, LongMessagesAreCut) {
    const std::string name(1000, 'x');
    ASSERT_EQ(setenv("FP4SIM_ISA", name.c_str(), 1), 0);
    fp4_error error;
    EXPECT_EQ(fp4_gemm_fast(&config, nullptr, codes.data(), scales.data(), 1, codes.data(),
                            scales.data(), 1, 16, nullptr, d.data(), &error),
              FP4_UNKNOWN_NAME);
    unsetenv("FP4SIM_ISA");
    EXPECT_EQ(std::strlen(error.message), sizeof error.message - 1);
    EXPECT_EQ(std::string(error.message).substr(0, 12), "FP4SIM_ISA: ");
}

} // namespace
} // namespace fp4
