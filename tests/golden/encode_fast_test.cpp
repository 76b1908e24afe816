#include "fp4/encode/encode_fast.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>

#include "encode_blocks.hpp"
#include "fp4/encode/encode_razer_w.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace fp4 {
namespace {

using namespace test;

constexpr std::array encoded_formats{Format::nvfp4, Format::razer_w, Format::razer_a};

struct Packed {
    std::vector<uint8_t> codes, scales;
};

Packed block_by_block(std::span<const float> x, Format format, Specials specials,
                      float tensor_scale) {
    const Encoder encoder = *default_encoder(format);
    const BlockEncoder blocks(encoder, format, specials);
    const TensorScale scale = tensor_scale_of(encoder, format, TensorMultiplier{tensor_scale});
    Packed packed;
    std::array<uint8_t, dot_lanes> codes;
    for (size_t at = 0; at < x.size(); at += dot_lanes) {
        packed.scales.push_back(
            static_cast<uint8_t>(blocks.encode_block(x.subspan(at, dot_lanes), scale, codes)));
        for (size_t i = 0; i < dot_lanes; i += 2)
            packed.codes.push_back(static_cast<uint8_t>(codes[i] | codes[i + 1] << 4));
    }
    return packed;
}

Packed fast(std::span<const float> x, Format format, Specials specials, float tensor_scale,
            const FastOptions& options) {
    Packed packed{std::vector<uint8_t>(x.size() / 2), std::vector<uint8_t>(x.size() / dot_lanes)};
    const auto status = encode_fast(x, dot_lanes, {.format = format, .specials = specials},
                                    tensor_scale, {packed.codes, packed.scales}, "x", options);
    EXPECT_TRUE(status) << status.error().message;
    return packed;
}

void expect_fast(std::span<const float> x, const Packed& expected, Format format, Specials specials,
                 float tensor_scale, const FastOptions& options) {
    const Packed found = fast(x, format, specials, tensor_scale, options);
    for (size_t block = 0; block < expected.scales.size(); ++block) {
        const auto text = [&](const Packed& p) {
            std::string line = hex(p.scales[block]) + ":";
            for (size_t i = 0; i < 8; ++i) line += " " + hex(p.codes[block * 8 + i]);
            return line;
        };
        if (found.scales[block] == expected.scales[block] &&
            std::equal(&found.codes[block * 8], &found.codes[block * 8] + 8,
                       &expected.codes[block * 8]))
            continue;
        Block values;
        std::copy_n(x.begin() + static_cast<ptrdiff_t>(block * dot_lanes), dot_lanes,
                    values.begin());
        FAIL() << text(found) << ", expected " << text(expected) << ": " << spec_of(format).name
               << " V1 " << int{specials.v1_halves} << " V2 " << int{specials.v2_halves} << " S "
               << tensor_scale << " isa " << name_of(*options.isa) << " block " << block << ": "
               << values_of(values);
    }
}

// Blocks under one tensor scale, on every instruction set.
void expect_fast(const std::vector<Block>& blocks, Format format, Specials specials,
                 float tensor_scale) {
    std::vector<float> x;
    for (const Block& block : blocks) x.insert(x.end(), block.begin(), block.end());
    const Packed expected = block_by_block(x, format, specials, tensor_scale);
    for (Isa isa : supported_isas()) {
        expect_fast(x, expected, format, specials, tensor_scale, {isa, 1});
        if (testing::Test::HasFatalFailure()) return;
    }
}

Specials random_specials(Rng& rng) {
    if (rng.one_in(2)) return {};
    return {static_cast<uint8_t>(rng.between(1, 31)), static_cast<uint8_t>(rng.between(1, 31))};
}

TEST(EncodeFast, EveryBoundaryUnderEveryScale) {
    for (Format format : encoded_formats)
        for (int v : {5, 7, 10, 11, 18}) {
            if (format == Format::nvfp4 && v != 10) continue;
            std::vector<Block> blocks;
            for (int payload = 1; payload <= spec_of(format).encode_max; ++payload) {
                const float scale =
                    scale_to_float(decode_scale(spec_of(format).scale_spec(), payload));
                for (float sign : {1.0f, -1.0f})
                    for (const Block& y : boundary_blocks(6, sign * static_cast<float>(v) / 2))
                        blocks.push_back(times(y, scale));
            }
            expect_fast(blocks, format,
                        {static_cast<uint8_t>(v), static_cast<uint8_t>(v == 10 ? 16 : 10)}, 1);
            if (HasFatalFailure()) return;
        }
}

TEST(EncodeFast, EveryScaleBoundary) {
    for (Format format : encoded_formats)
        for (float tensor_scale : {1.0f, 0.1f, 0x1p-126f, 0x1p100f, 3e38f}) {
            std::vector<Block> blocks;
            for (int payload = 0; payload < spec_of(format).encode_max; ++payload)
                for (float divisor : {6.0f, 8.0f}) {
                    const auto value = [&](int p) {
                        return scale_to_float(decode_scale(spec_of(format).scale_spec(), p));
                    };
                    const float middle =
                        (value(payload) + value(payload + 1)) / 2 * divisor * tensor_scale;
                    for (float b : {below(middle), middle, above(middle)})
                        if (std::isfinite(b)) blocks.push_back(block_of({b, b * .8f, -b / 2}, 0));
                }
            expect_fast(blocks, format, {}, tensor_scale);
            if (HasFatalFailure()) return;
        }
}

TEST(EncodeFast, RandomBlocksSpecialsAndTensorScales) {
    Rng rng(100);
    for (Format format : encoded_formats)
        for (int round = 0; round < 60; ++round) {
            const float tensor_scale =
                rng.one_in(3)   ? 1.0f
                : rng.one_in(4) ? 0x1p-126f
                                : std::fabs(std::bit_cast<float>(rng.fp32_bits(-126, 127)));
            std::vector<Block> blocks;
            for (int i = 0; i < 100; ++i) {
                const float size =
                    std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-12, 12)) *
                    tensor_scale;
                if (std::isfinite(size * 32)) blocks.push_back(random_block(rng, size));
            }
            expect_fast(blocks, format, random_specials(rng), tensor_scale);
            if (HasFatalFailure()) return;
        }
}

// The whole range of binary32 against every tensor scale: quotients overflow, underflow and vanish.
TEST(EncodeFast, AnyFiniteValues) {
    Rng rng(101);
    const auto edges = finite_edges();
    for (Format format : encoded_formats)
        for (int round = 0; round < 60; ++round) {
            float tensor_scale = std::fabs(std::bit_cast<float>(
                edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]));
            if (!std::isnormal(tensor_scale)) tensor_scale = 0x1p-126f;
            std::vector<Block> blocks;
            for (int i = 0; i < 40; ++i) {
                Block block;
                const int top = rng.between(-126, 127);
                for (float& x : block)
                    x = std::bit_cast<float>(
                        rng.one_in(4)
                            ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]
                            : rng.fp32_bits(std::max(-127, top - 8), top));
                blocks.push_back(block);
            }
            expect_fast(blocks, format, random_specials(rng), tensor_scale);
            if (HasFatalFailure()) return;
        }
}

TEST(EncodeFast, GainsAndErrorsThatNearlyCancel) {
    Rng rng(102);
    for (Format format : {Format::razer_w, Format::razer_a})
        for (int v : {5, 7, 9, 10, 11, 13, 14, 31}) {
            std::vector<Block> blocks;
            for (int i = 0; i < 1000; ++i) {
                Block block = i % 2 ? mirrored_block(rng, 6) : block_of({6}, 0);
                if (i % 2 == 0)
                    for (size_t j = 1; j < 7; ++j)
                        block[j] = static_cast<float>(rng.between(2 * 16, 7 * 16)) / 16 *
                                   (rng.one_in(2) ? 1.0f : -1.0f);
                block[0] = 6, block[15] = -6;
                blocks.push_back(block);
            }
            expect_fast(blocks, format, {static_cast<uint8_t>(v), static_cast<uint8_t>(v)}, 1);
            if (HasFatalFailure()) return;
        }
}

TEST(EncodeFast, DivisionsAreRoundedInTheWrittenOrder) {
    Rng rng(103);
    for (Format format : encoded_formats)
        for (int round = 0; round < 60; ++round) {
            const float tensor_scale = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 4)));
            std::vector<Block> blocks;
            for (int i = 0; i < 100; ++i)
                blocks.push_back(delicate_block(rng, scale_or_midpoint(rng, format), tensor_scale));
            expect_fast(blocks, format, random_specials(rng), tensor_scale);
            if (HasFatalFailure()) return;
        }
}

TEST(EncodeFast, ZerosOfEitherSign) {
    for (Format format : encoded_formats)
        for (float rest : {0.0f, -0.0f, 0x1p-149f, -0x1p-149f, -0x1p-20f})
            expect_fast(
                {block_of({6, -0.0f, 0.0f}, rest), block_of({}, rest), block_of({-0.0f}, rest)},
                format, {}, 1);
}

// Every number of blocks about the batch, every number of threads; nothing is written outside.
TEST(EncodeFast, EveryCountOfBlocksAndThreads) {
    Rng rng(104);
    for (Isa isa : supported_isas())
        for (unsigned threads : {1u, 2u, 3u, 64u})
            for (size_t blocks : {0u, 1u, 15u, 16u, 17u, 31u, 33u, 1023u, 1025u, 3100u}) {
                std::vector<float> x(blocks * dot_lanes);
                for (float& value : x) value = rng.uniform(6);
                const Format format = encoded_formats[blocks % 3];
                const Packed expected = block_by_block(x, format, {}, 0.01f);
                std::vector<uint8_t> codes(blocks * 8 + 32, 0xA5), scales(blocks + 32, 0xA5);
                const PackedOutput out{std::span(codes).subspan(16, blocks * 8),
                                       std::span(scales).subspan(16, blocks)};
                ASSERT_TRUE(
                    encode_fast(x, 16, {.format = format}, 0.01f, out, "x", {isa, threads}));
                ASSERT_TRUE(std::ranges::equal(out.codes, expected.codes) &&
                            std::ranges::equal(out.scales, expected.scales))
                    << blocks << " blocks, " << threads << " threads";
                for (size_t i = 0; i < 16; ++i)
                    ASSERT_TRUE(codes[i] == 0xA5 && codes[codes.size() - 1 - i] == 0xA5 &&
                                scales[i] == 0xA5 && scales[scales.size() - 1 - i] == 0xA5)
                        << blocks << " blocks";
            }
}

TEST(EncodeFast, WholeTensorsWithTheirOwnScale) {
    Rng rng(105);
    for (Isa isa : supported_isas())
        for (Format format : encoded_formats)
            for (float size : {0.0f, 0x1p-149f, 0x1p-120f, 1.0f, 3e38f}) {
                std::vector<float> x(7 * 48);
                for (float& value : x) value = rng.uniform(size);
                const EncodeOptions options{.format = format, .specials = random_specials(rng)};
                const auto expected = encode(x, 7, 48, options, "x"),
                           found = encode_fast(x, 7, 48, options, "x", {isa, 2});
                ASSERT_TRUE(expected && found);
                EXPECT_EQ(found->format, format);
                EXPECT_EQ(found->specials, options.specials);
                EXPECT_EQ(found->rows, 7u);
                EXPECT_EQ(found->k, 48u);
                EXPECT_EQ(found->codes, expected->codes);
                EXPECT_EQ(found->scales, expected->scales);
                EXPECT_EQ(found->tensor_scale, expected->tensor_scale);
            }
}

// Whole tensors under a tensor scale of the options: quotients overflow under the smallest,
// underflow and vanish under the largest.
TEST(EncodeFast, WholeTensorsUnderAGivenScale) {
    Rng rng(108);
    for (Format format : encoded_formats)
        for (float multiplier :
             {0x1p-126f, 0x1.000002p-126f, 0x1.fffffep-120f, 0x1.8p-60f, 0.01f, 1.0f, 0x1.8p60f,
              0x1.000002p120f, 0x1p126f, 0x1.8p126f, 0x1p127f, FLT_MAX})
            for (int top : {-149, -126, -60, 0, 60, 120, 127}) {
                std::vector<float> x(3 * 112);
                for (float& value : x)
                    value = rng.one_in(12) ? std::copysign(0.0f, rng.uniform(1))
                                           : std::ldexp(rng.uniform(1.99f), top - rng.below(6));
                x[20] = FLT_MAX, x[60] = -FLT_MAX, x[100] = 0x1p-149f, x[140] = -0x1p-149f;
                for (size_t i = 160; i < 176; ++i)
                    x[i] = std::copysign(i % 3 ? 0x1p-126f : FLT_MAX, x[i]);
                const EncodeOptions options{.format = format,
                                            .specials = random_specials(rng),
                                            .tensor_scale =
                                                tensor_scale_of(*default_encoder(format), format,
                                                                TensorMultiplier{multiplier})};
                const auto expected = encode(x, 3, 112, options, "x");
                ASSERT_TRUE(expected);
                ASSERT_EQ(expected->tensor_scale.to_float(), multiplier);
                for (Isa isa : supported_isas()) {
                    const auto found = encode_fast(x, 3, 112, options, "x", {isa, 2});
                    ASSERT_TRUE(found);
                    ASSERT_EQ(found->codes, expected->codes)
                        << spec_of(format).name << " S " << multiplier << " 2^" << top << " "
                        << name_of(isa);
                    ASSERT_EQ(found->scales, expected->scales)
                        << spec_of(format).name << " S " << multiplier << " 2^" << top << " "
                        << name_of(isa);
                    ASSERT_EQ(found->tensor_scale, expected->tensor_scale);
                }
            }
}

TEST(EncodeFast, TheFirstNanOrInfinityIsNamed) {
    for (Isa isa : supported_isas())
        for (Format format : encoded_formats)
            for (size_t at : {0u, 17u, 1000u, 16u * 1024u * 3u + 5u, 65535u})
                for (uint32_t bits :
                     {0x7F800000u, 0xFF800000u, 0x7FC00000u, 0xFFFFFFFFu, 0x7F800001u}) {
                    std::vector<float> x(65536, 1.0f);
                    x[at] = std::bit_cast<float>(bits);
                    std::vector<uint8_t> codes(x.size() / 2), scales(x.size() / 16);
                    const auto expected = encode(x, 64, 1024, {.format = format}, "wq");
                    const auto computed =
                        encode_fast(x, 64, 1024, {.format = format}, "wq", {isa, 3});
                    const auto given = encode_fast(x, 1024, {.format = format}, 1.0f,
                                                   {codes, scales}, "wq", {isa, 3});
                    const auto amax = finite_amax_fast(x, 1024, "wq", {isa, 3});
                    ASSERT_TRUE(!expected && !computed && !given && !amax);
                    EXPECT_EQ(computed.error().message, expected.error().message);
                    EXPECT_EQ(given.error().message, expected.error().message);
                    EXPECT_EQ(amax.error().message, expected.error().message);
                    EXPECT_EQ(given.error().code, ErrorCode::not_finite);
                }
}

TEST(EncodeFast, FiniteAmax) {
    Rng rng(106);
    for (Isa isa : supported_isas())
        for (size_t size : {0u, 1u, 5u, 40000u}) {
            std::vector<float> x(size);
            for (float& value : x) value = rng.uniform(6);
            if (size) x[static_cast<size_t>(rng.below(static_cast<int>(size)))] = -7.5f;
            EXPECT_EQ(*finite_amax_fast(x, 1, "x", {isa, 3}), size ? 7.5f : 0.0f);
        }
}

TEST(EncodeFastErrors, AreThoseOfEncode) {
    const std::vector<float> x(64, 1.0f);
    const auto same = [&](uint64_t rows, uint64_t k, const EncodeOptions& options) {
        const auto expected = encode(x, rows, k, options, "wq"),
                   found = encode_fast(x, rows, k, options, "wq");
        ASSERT_TRUE(!expected && !found);
        EXPECT_EQ(found.error().message, expected.error().message);
        EXPECT_EQ(found.error().code, expected.error().code);
    };
    same(2, 16, {});
    same(1, 0, {});
    same(8, 8, {});
    same(4, 16, {.format = Format::razer_w, .specials = {0, 16}});
    same(4, 16, {.format = Format::razer_w, .specials = {10, 32}});
    same(4, 16, {.format = Format::rzr4});
    same(4, 16, {.format = Format::razer_a, .encoder = Encoder::nv});
}

TEST(EncodeFastErrors, OfAGivenScaleAndOutput) {
    std::vector<float> x(64, 1.0f);
    std::vector<uint8_t> codes(32), scales(4);
    const auto expect_error = [&](const EncodeOptions& options, float tensor_scale,
                                  size_t code_bytes, size_t scale_bytes, uint64_t k,
                                  const std::string& message) {
        const auto status = encode_fast(
            x, k, options, tensor_scale,
            {std::span(codes).first(code_bytes), std::span(scales).first(scale_bytes)}, "wq");
        ASSERT_FALSE(status) << message;
        EXPECT_EQ(status.error().message, message);
    };
    const std::string scale_message = "wq: tensor scale: expected a positive normal number, found ";
    expect_error({}, 0.0f, 32, 4, 16, scale_message + "0.000000");
    expect_error({}, -1.0f, 32, 4, 16, scale_message + "-1.000000");
    expect_error({}, INFINITY, 32, 4, 16, scale_message + "inf");
    expect_error({}, NAN, 32, 4, 16, scale_message + "nan");
    expect_error({}, 0x1p-127f, 32, 4, 16, scale_message + "0.000000");
    expect_error({}, 1, 31, 4, 16, "wq: codes: expected 32 bytes, found 31");
    expect_error({}, 1, 32, 3, 16, "wq: scales: expected 4 bytes, found 3");
    expect_error({}, 1, 32, 4, 48, "wq: expected rows of 48 values, found 64 values");
    expect_error({}, 1, 32, 4, 24, "wq: K: expected a multiple of 16, found 24");
    expect_error({}, 1, 32, 4, 0, "wq: K: expected a multiple of 16, found 0");
    expect_error({.format = Format::razer_a, .specials = {0, 0}}, 1, 32, 4, 16,
                 "wq: V1: expected 1 to 31 half-units, found 0");
}

#if defined(__x86_64__)
// Flush-to-zero, denormals-are-zero and another rounding: the bytes stay, and so does the caller's
// setting.
TEST(EncodeFast, TheCallersFloatingPointControlDoesNotMatter) {
    Rng rng(107);
    for (Format format : encoded_formats)
        for (Isa isa : supported_isas()) {
            std::vector<float> x;
            for (int i = 0; i < 50; ++i) {
                const Block block =
                    delicate_block(rng, scale_or_midpoint(rng, format), 0x1.1p-126f);
                x.insert(x.end(), block.begin(), block.end());
            }
            const Packed expected = block_by_block(x, format, {}, 0x1.1p-126f);
            const unsigned saved = _mm_getcsr();
            for (unsigned control : {0x9FC0u, 0x7F80u, 0x3F80u}) {
                _mm_setcsr(control);
                const Packed found = fast(x, format, {}, 0x1.1p-126f, {isa, 2});
                const unsigned after = _mm_getcsr();
                _mm_setcsr(saved);
                ASSERT_EQ(after, control);
                ASSERT_TRUE(found.codes == expected.codes && found.scales == expected.scales)
                    << spec_of(format).name << " MXCSR " << hex(control);
            }
        }
}
#endif

} // namespace
} // namespace fp4
