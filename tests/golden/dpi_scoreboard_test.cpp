// The C side of fp4_dpi.svh: handles.
#include <memory>
#include <thread>

#include "c_calls.hpp"
#include "fp4/gemm/gemm.hpp"
#include "fp4_dpi.hpp"

namespace fp4 {
namespace {

using namespace test;

using Handle = std::unique_ptr<void, decltype(&fp4_ref_free)>;
Handle open(const char* cfg) { return {fp4_ref_new(cfg), fp4_ref_free}; }

// Sixteen elements of 0.5 times `count` of 6 under scales of 1.
constexpr std::array<uint32_t, 2> halves{0x11111111, 0x11111111};
constexpr std::array<uint32_t, 2> sixes{0x77777777, 0x77777777};
constexpr uint32_t forty_eight = 0x42400000;
int32_t push(void* h) { return fp4_ref_dot16(h, halves.data(), 0x38, sixes.data(), 0x38, 0); }

TEST(DpiConfig, WhatIsAConfiguration) {
    for (const char* cfg :
         {"", "a=razer-a", "b=rzr4,profile=fp32-seq", "v1=0,v2=31,a_v1=1,a_v2=2,b_v1=3,b_v2=4",
          "a=mxfp4,b=mxfp4", "a=mxfp4,a=nvfp4"}) {
        EXPECT_NE(open(cfg), nullptr) << cfg;
        EXPECT_STREQ(fp4_ref_new_error(cfg), "") << cfg;
    }
}

// The names of a table's rows, as errors list them.
std::string names(const auto& rows) {
    std::string out;
    for (const auto& row : rows) out += (out.empty() ? "" : " ") + std::string(row.name);
    return out;
}

TEST(DpiConfig, WhatIsNotSaysWhy) {
    const std::string formats = names(format_specs), profiles = names(arithmetic_profiles);
    EXPECT_EQ(formats.find("nvfp4 razer-w razer-a mxfp4 "), 0u);
    const std::pair<const char*, std::string> cases[] = {
        {nullptr, "cfg: expected a pointer, found NULL"},
        {"nvfp4", "cfg: pair: expected key=value, found 'nvfp4'"},
        {",", "cfg: pair: expected key=value, found ''"},
        {"a=nvfp4,", "cfg: pair: expected key=value, found ''"},
        {"a=", "cfg: a: expected " + formats + ", found ''"},
        {"b=nvfp4 ", "cfg: b: expected " + formats + ", found 'nvfp4 '"},
        {"profile=blackwell", "cfg: profile: expected " + profiles + ", found 'blackwell'"},
        {"v1=32", "cfg: v1: expected 0 to 31 half-units, found '32'"},
        {"v2=-1", "cfg: v2: expected 0 to 31 half-units, found '-1'"},
        {"a_v1=", "cfg: a_v1: expected 0 to 31 half-units, found ''"},
        {"a_v2=5.0", "cfg: a_v2: expected 0 to 31 half-units, found '5.0'"},
        {"b_v1=99999999999999999999",
         "cfg: b_v1: expected 0 to 31 half-units, found '99999999999999999999'"},
        {"b_v2=1=2", "cfg: b_v2: expected 0 to 31 half-units, found '1=2'"},
        {"A=nvfp4", "cfg: key: expected a b profile v1 v2 a_v1 a_v2 b_v1 b_v2, found 'A'"},
        {"a=mxfp4",
         "cfg: format of B: expected blocks of 32 as in A, found nvfp4 with blocks of 16"},
        {"profile=nv-blackwell,b=if4", "cfg: profile 'nv-blackwell': expected elements that are "
                                       "binary fractions, found if4 in units of 1/14"},
    };
    for (const auto& [cfg, message] : cases) {
        EXPECT_EQ(fp4_ref_new(cfg), nullptr) << message;
        EXPECT_EQ(fp4_ref_new_error(cfg), message);
    }
}

TEST(DpiScoreboard, ResultsAreExpectedInOrder) {
    Rng rng(340);
    for (Format format : all_formats)
        for (const auto& profile : arithmetic_profiles) {
            if (!check_formats(format, format, profile)) continue;
            const std::string name(spec_of(format).name);
            const Handle h = open(
                ("a=" + name + ",b=" + name + ",v1=14,v2=18,profile=" + std::string(profile.name))
                    .c_str());
            ASSERT_NE(h, nullptr);
            std::vector<uint32_t> expected;
            for (uint64_t k : {32, 64, 96, 128, 320}) {
                if (k % static_cast<uint64_t>(spec_of(format).block) != 0) continue;
                const PackedTensor a = random_tensor(rng, format, {14, 18}, 1, k),
                                   b = random_tensor(rng, format, {14, 18}, 1, k);
                const uint32_t c = rng.fp32_bits(-20, 20);
                const auto word = [](const PackedTensor& t, size_t i) {
                    std::array<uint32_t, 2> words{};
                    for (size_t byte = 0; byte < 8; ++byte)
                        words[byte / 4] |= static_cast<uint32_t>(t.codes[i * 8 + byte])
                                           << (byte % 4 * 8);
                    return words;
                };
                const size_t lanes_per_block =
                    static_cast<size_t>(spec_of(format).block / dot_lanes);
                for (size_t i = 0; i < k / 16; ++i) {
                    // Byte j of a record comes with lanes j of its block, elsewhere the scale byte
                    // does not matter.
                    const size_t block = i / lanes_per_block, byte = i % lanes_per_block;
                    const auto scale_of = [&](const PackedTensor& t) {
                        return byte < t.scale_bytes(1) ? t.scales[t.scale_bytes(block) + byte]
                                                       : rng.byte();
                    };
                    const uint8_t a_scale = scale_of(a), b_scale = scale_of(b);
                    ASSERT_EQ(fp4_ref_add(h.get(), word(a, i).data(), a_scale, word(b, i).data(),
                                          b_scale),
                              1);
                }
                ASSERT_EQ(fp4_ref_finish(h.get(), c), 1);
                expected.push_back(dot_reference(a, 0, b, 0, {c}, profile).bits);
                if (k != 64) continue;
                std::array<uint32_t, 8> a_words, b_words;
                uint32_t a_scales = 0, b_scales = 0;
                std::memcpy(a_words.data(), a.codes.data(), 32);
                std::memcpy(b_words.data(), b.codes.data(), 32);
                std::memcpy(&a_scales, a.scales.data(), a.scales.size());
                std::memcpy(&b_scales, b.scales.data(), b.scales.size());
                ASSERT_EQ(
                    fp4_ref_dot64(h.get(), a_words.data(), &a_scales, b_words.data(), &b_scales, c),
                    1);
                expected.push_back(expected.back());
            }
            EXPECT_EQ(fp4_ref_pending(h.get()), expected.size());
            for (uint32_t bits : expected)
                EXPECT_EQ(fp4_ref_check(h.get(), bits), 1) << fp4_ref_message(h.get());
            EXPECT_EQ(fp4_ref_pending(h.get()), 0u);
            EXPECT_EQ(fp4_ref_checks(h.get()), expected.size());
            EXPECT_EQ(fp4_ref_errors(h.get()), 0u);
            EXPECT_STREQ(fp4_ref_message(h.get()), "");
        }
}

TEST(DpiScoreboard, OneWrongBitIsAnError) {
    const Handle h = open("");
    for (int i = 0; i < 34; ++i) ASSERT_EQ(push(h.get()), 1);
    EXPECT_EQ(fp4_ref_check(h.get(), forty_eight), 1);
    for (int bit = 0; bit < 32; ++bit)
        EXPECT_EQ(fp4_ref_check(h.get(), forty_eight ^ 1u << bit), 0) << bit;
    EXPECT_EQ(fp4_ref_errors(h.get()), 32u);
    EXPECT_STREQ(fp4_ref_message(h.get()),
                 "result 32: expected 0x42400000 (48), found 0xC2400000 (-48)");
    EXPECT_EQ(fp4_ref_check(h.get(), forty_eight), 1); // the others were removed
    EXPECT_EQ(fp4_ref_check(h.get(), forty_eight), 0);
    EXPECT_STREQ(fp4_ref_message(h.get()), "result 34: none expected, found 0x42400000 (48)");
    EXPECT_EQ(fp4_ref_checks(h.get()), 35u);
    EXPECT_EQ(fp4_ref_errors(h.get()), 33u);
}

TEST(DpiScoreboard, WhatCannotBeMultipliedIsAnError) {
    const Handle h = open("");
    EXPECT_EQ(fp4_ref_finish(h.get(), 0), 0);
    EXPECT_STREQ(fp4_ref_message(h.get()),
                 "no elements were added before the dot product was finished");
    const Handle blocks_of_32 = open("a=mxfp4,b=mxfp4");
    EXPECT_EQ(push(blocks_of_32.get()), 0);
    EXPECT_STREQ(fp4_ref_message(blocks_of_32.get()), "A: K: expected a multiple of 32, found 16");
    EXPECT_EQ(fp4_ref_errors(blocks_of_32.get()), 1u);
    EXPECT_EQ(fp4_ref_pending(blocks_of_32.get()), 0u);
    // The half block is gone; the next dot product begins anew.
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(fp4_ref_add(blocks_of_32.get(), halves.data(), 127, sixes.data(), 127), 1);
    EXPECT_EQ(fp4_ref_finish(blocks_of_32.get(), 0), 1);
    EXPECT_EQ(fp4_ref_check(blocks_of_32.get(), 0x42C00000), 1); // 96
}

TEST(DpiScoreboard, ClearIsAsNew) {
    const Handle h = open("a=razer-w,b=razer-w,v1=31");
    push(h.get());
    fp4_ref_check(h.get(), 0);
    push(h.get());
    fp4_ref_add(h.get(), halves.data(), 0x38, sixes.data(), 0x38);
    fp4_ref_clear(h.get());
    EXPECT_EQ(fp4_ref_errors(h.get()), 0u);
    EXPECT_EQ(fp4_ref_checks(h.get()), 0u);
    EXPECT_EQ(fp4_ref_pending(h.get()), 0u);
    EXPECT_STREQ(fp4_ref_message(h.get()), "");
    // The configuration stays: -0 under scale 0x18 (1.0 in E3M3) is the special, 15.5.
    const std::array<uint32_t, 2> special{0x8, 0}, one{0x2, 0};
    EXPECT_EQ(fp4_ref_dot16(h.get(), special.data(), 0x18, one.data(), 0x18, 0), 1);
    EXPECT_EQ(fp4_ref_check(h.get(), 0x41780000), 1) << fp4_ref_message(h.get());
}

TEST(DpiScoreboard, ANullHandleCannotPass) {
    const uint32_t scales = 0;
    EXPECT_EQ(fp4_ref_add(nullptr, halves.data(), 0, halves.data(), 0), 0);
    EXPECT_EQ(fp4_ref_finish(nullptr, 0), 0);
    EXPECT_EQ(push(nullptr), 0);
    EXPECT_EQ(fp4_ref_dot64(nullptr, halves.data(), &scales, halves.data(), &scales, 0), 0);
    EXPECT_EQ(fp4_ref_check(nullptr, 0), 0);
    EXPECT_EQ(fp4_ref_checks(nullptr), 0u);
    EXPECT_EQ(fp4_ref_pending(nullptr), 0u);
    EXPECT_EQ(fp4_ref_errors(nullptr), 1u);
    EXPECT_STREQ(fp4_ref_message(nullptr), "the handle is null: fp4_ref_new_error says why");
    fp4_ref_clear(nullptr);
    fp4_ref_free(nullptr);
}

TEST(DpiScoreboard, ThreadsHaveTheirOwnReasons) {
    const char* mine = fp4_ref_new_error("a=");
    std::thread([] { EXPECT_STREQ(fp4_ref_new_error(""), ""); }).join();
    EXPECT_STRNE(mine, "");
}

} // namespace
} // namespace fp4
