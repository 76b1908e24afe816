// Single elements under a block's own scale byte, against whole blocks, for every encoder and
// format.
#include "fp4/encode/encode_element.hpp"

#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "fp4/formats/decode.hpp"

namespace fp4 {
namespace {

using namespace test;

struct Case {
    Encoder encoder;
    Format format;
    Specials specials;
    TensorScale tensor_scale;
    int e3m3_max = e3m3_max_default;
};

// Blocks of 16, or pairs of them as blocks of 32: codes and values of the elements, alone and as a
// column, are those of whole blocks.
void expect_elements(const Case& c, const std::vector<Block>& blocks) {
    std::vector<float> x;
    for (const Block& block : blocks) x.insert(x.end(), block.begin(), block.end());
    const auto size = static_cast<size_t>(spec_of(c.format).block);
    const BlockEncoder encoder(c.encoder, c.format, c.specials, c.e3m3_max);
    const ElementEncoder elements(c.encoder, c.format, c.tensor_scale, c.specials);
    std::vector<uint8_t> expected(x.size()), codes(x.size()), scale_bytes(x.size());
    std::vector<float> values(x.size());
    for (size_t first = 0; first < x.size(); first += size) {
        const auto byte = static_cast<uint8_t>(
            encoder.encode_block(std::span(x).subspan(first, size), c.tensor_scale,
                                 std::span(expected).subspan(first, size)));
        std::ranges::fill(std::span(scale_bytes).subspan(first, size), byte);
    }
    elements.encode_column(x, scale_bytes, codes, values);
    for (size_t i = 0; i < x.size(); ++i) {
        const auto where = [&] {
            return std::string(spec_of(c.encoder).name) + " " +
                   std::string(spec_of(c.format).name) + " byte " + hex(scale_bytes[i]) + " x ";
        };
        ASSERT_EQ(elements.encode(x[i], scale_bytes[i]).code, expected[i])
            << where() << std::hexfloat << x[i];
        ASSERT_EQ(codes[i], expected[i]) << where() << std::hexfloat << x[i];
        const Fp32 value = dequantize(c.format, c.specials, scale_bytes[i], {expected[i]},
                                      Fp32::from_float(c.tensor_scale.multiplier.value));
        ASSERT_EQ(Fp32::from_float(values[i]).bits, value.bits) << where() << std::hexfloat << x[i];
    }
}

template <class Visit>
void for_all(const Visit& visit) {
    for (size_t i = 0; i < encoder_specs.size(); ++i)
        for (Format format : all_formats)
            if (encoder_specs[i].makes(format) && !spec_of(format).has_sub_blocks() &&
                !testing::Test::HasFatalFailure())
                visit(static_cast<Encoder>(i), format);
}

Specials random_specials(Rng& rng) {
    if (rng.one_in(2)) return {};
    return {static_cast<uint8_t>(rng.between(1, 31)), static_cast<uint8_t>(rng.between(1, 31))};
}

TEST(EncodeElement, EveryDecisionPoint) {
    for_all([](Encoder encoder, Format format) {
        for (int v : {5, 7, 10, 11, 16, 18}) {
            std::vector<Block> blocks;
            for (float scale : {1.0f, 1.5f, 0x1p-5f})
                for (float sign : {1.0f, -1.0f})
                    for (const Block& y : boundary_blocks(6, sign * static_cast<float>(v) / 2))
                        for (float factor : {scale, -scale}) blocks.push_back(times(y, factor));
            expect_elements({encoder,
                             format,
                             {static_cast<uint8_t>(v), 16},
                             tensor_scale_of(encoder, format, TensorMultiplier{1.0f})},
                            blocks);
            if (testing::Test::HasFatalFailure()) return;
        }
    });
}

// 50 tensors of 20 blocks for every encoder.
template <class MakeBlock>
void expect_random_elements(uint64_t seed, int low_exponent, int high_exponent,
                            const MakeBlock& make_block) {
    Rng rng(seed);
    for_all([&](Encoder encoder, Format format) {
        for (int i = 0; i < 50; ++i) {
            const float amax =
                std::fabs(std::bit_cast<float>(rng.fp32_bits(low_exponent, high_exponent)));
            const TensorScale tensor_scale = tensor_scale_of(encoder, format, amax);
            std::vector<Block> blocks;
            for (int block = 0; block < 20; ++block)
                blocks.push_back(make_block(rng, format, amax, tensor_scale));
            expect_elements(
                {encoder, format, random_specials(rng), tensor_scale, rng.one_in(4) ? 30 : 28},
                blocks);
            if (testing::Test::HasFatalFailure()) return;
        }
    });
}

TEST(EncodeElement, RandomBlocks) {
    expect_random_elements(820, -20, 20, [](Rng& rng, Format, float amax, const TensorScale&) {
        return random_block(rng, std::ldexp(amax, -rng.below(16)));
    });
}

TEST(EncodeElement, DelicateBlocks) {
    expect_random_elements(821, -20, 10,
                           [](Rng& rng, Format format, float, const TensorScale& tensor_scale) {
                               return delicate_block(rng, scale_or_midpoint(rng, format),
                                                     tensor_scale.multiplier.value);
                           });
}

// Any bit pattern under any tensor scale, NaN and infinity among them.
TEST(EncodeElement, ExtremeBlocks) {
    const auto edges = fp32_edges();
    expect_random_elements(822, -126, 127, [&](Rng& rng, Format, float amax, const TensorScale&) {
        Block x;
        for (float& value : x)
            value = std::bit_cast<float>(
                rng.one_in(6)
                    ? edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))]
                    : rng.fp32_bits(std::max(-127, std::ilogb(amax) - 10), std::ilogb(amax)));
        return x;
    });
}

TEST(EncodeElement, ZerosAndVanishingBlocks) {
    for_all([](Encoder encoder, Format format) {
        for (float rest : {0.0f, -0.0f, 0x1p-149f, -0x1p-40f})
            expect_elements(
                {encoder, format, {}, tensor_scale_of(encoder, format, 1.0f)},
                {block_of({}, rest), block_of({0.0f, -0.0f, 0x1p-30f, -0x1p-30f}, rest)});
    });
}

} // namespace
} // namespace fp4
