// The encoders of nvfp4 beside each other: hand-worked blocks that tell them apart, and the slow
// twin.
#include <gtest/gtest.h>

#include <cfloat>

#include "encode_blocks.hpp"
#include "slow_nvfp4.hpp"

namespace fp4 {
namespace {

using namespace test;

constexpr std::array nvfp4_encoders{
    Encoder::nv,          Encoder::te,       Encoder::vllm,    Encoder::ct,
    Encoder::ct_bf16,     Encoder::modelopt, Encoder::torchao, Encoder::fouroversix_6,
    Encoder::fouroversix, Encoder::ggml};

std::string_view name_of(Encoder encoder) { return spec_of(encoder).name; }

EncodedBlock encoded(Encoder encoder, const Block& x, const TensorScale& tensor_scale,
                     Format format = Format::nvfp4) {
    EncodedBlock block{};
    block.scale_byte = static_cast<uint8_t>(
        BlockEncoder(encoder, format).encode_block(x, tensor_scale, block.codes));
    return block;
}

// Under a tensor scale of 1 for data of the encoder's full range.
EncodedBlock encoded(Encoder encoder, const Block& x) {
    return encoded(encoder, x, tensor_scale_of(encoder, Format::nvfp4, TensorDivisor{1}));
}

// What the twin knows: every encoder that scales blocks of 16, and every format that it makes.
struct Made {
    Encoder encoder;
    Format format;
};

const std::vector<Made>& twin_encoders() {
    static const std::vector<Made> list = [] {
        std::vector<Made> made;
        for (size_t i = 0; i < encoder_specs.size(); ++i)
            for (Format format : formats_of_16)
                if (encoder_specs[i].makes(format) &&
                    encoder_specs[i].kind != EncoderKind::special_search &&
                    encoder_specs[i].kind != EncoderKind::sweep)
                    made.push_back({static_cast<Encoder>(i), format});
        return made;
    }();
    return list;
}

void expect_rule(const Made& made, const Block& x, float amax) {
    const auto& [encoder, format] = made;
    const auto tensor_scale = tensor_scale_of(encoder, format, amax);
    const std::string_view rule = slow::rule_name(encoder);
    ASSERT_EQ(text_of(encoded(encoder, x, tensor_scale, format)),
              text_of(slow::encode_public(rule, x, slow::tensor_number(rule, amax, format), amax,
                                          format)))
        << name_of(encoder) << " " << spec_of(format).name << ": " << values_of(x) << "A "
        << std::hexfloat << amax;
}

struct Case {
    std::string what;
    Block x;
    std::array<std::string, 10>
        expected; // in the order of nvfp4_encoders; scale byte and the codes before a run of zeros
};

std::string shortened(std::string text) {
    text.erase(std::max(text.find_last_not_of('0'), text.find(':') + 3) + 1);
    return text;
}
std::string shortened(const EncodedBlock& block) { return shortened(text_of(block)); }

const std::vector<Case>& cases() {
    // nv, te, vllm, ct, ct-bf16, modelopt, torchao, static 6, 4/6, ggml. The tensor scale is 1, so
    // b/6 is the block scale before rounding.
    static const std::vector<Case> list{
        // Zeros are 0x0; -0 keeps its sign under `rne`.
        {"zero block",
         block_of({0, -0.0f, 0}, 0),
         {"0x0:080", "0x0:000", "0x0:000", "0x20:000", "0x20:000", "0x38:000", "0x8:080", "0x0:000",
          "0x0:000", "0x0:000"}},
        // b/6 = 2^-12, and 1.5 times that, are below 2^-10 and round to 0. nv, vllm: nothing is
        // left but signs. te: times FLT_MAX. ct: y = 6 * 2^-9.
        // modelopt: s = 2^-9, y = 0.75, which is 1. torchao: s = 2^-6, y = 6 * 2^-6.
        {"underflow",
         block_of({6 * 0x1p-12f, -6 * 0x1p-12f, -0x1p-100f, -0.0f}, 0),
         {"0x0:0888", "0x0:7FF", "0x0:088", "0x20:088", "0x20:088", "0x1:2A8", "0x8:0888",
          "0x0:000", "0x0:000", "0x0:000"}},
        // b/6 = 2^-7: below torchao's 2^-6, where y = 3, and representable (0x04) elsewhere; 4/6 is
        // exact either way and prefers 6.
        {"below 2^-6",
         block_of({6 * 0x1p-7f, 0, 0}, 0),
         {"0x4:700", "0x4:700", "0x4:700", "0x4:700", "0x4:700", "0x4:700", "0x8:500", "0x4:700",
          "0x4:700", "0x4:700"}},
        // s = 1. `rne`: .75 -> 1, 2.5 -> 2, 5 -> 4; ggml: toward zero, and -0.1 and -0 are 0x0.
        // 4/6: s = 1.5 has 6 = 4s, .75 = .5s exactly, 2.5 -> 2.25, 5 -> 4.5.
        {"ties and signs",
         block_of({6, .75f, 2.5f, 5, -.1f, -0.0f, -.25f, -5}, 0),
         {"0x38:7246888E", "0x38:7246808E", "0x38:7246808E", "0x38:7246808E", "0x38:7246808E",
          "0x38:7246808E", "0x38:7246888E", "0x38:7246808E", "0x3C:6135808D", "0x38:7146000E"}},
        // b/6 = 1.0625 + 2^-10 is above the tie between 1 and 1.125; as bfloat16 it is 1.0625, the
        // tie, and goes to 1. 4/6: 4 * 1.625 = 6.5 is nearer than 6 * 1.125.
        {"bf16",
         block_of({6.375f + 6 * 0x1p-10f, 0, 0}, 0),
         {"0x39:700", "0x39:700", "0x39:700", "0x39:700", "0x38:700", "0x39:700", "0x39:700",
          "0x39:700", "0x3D:600", "0x39:700"}},
        // b/6 = 1.0625 is the tie between 1 and 1.125; ggml's goes up. The 4 of 4/6: 1.59375
        // -> 1.625, 4 * 1.625 = 6.5 is .125 off, as 6 * 1 is .375.
        {"scale tie",
         block_of({6.375f, 0, 0}, 0),
         {"0x38:700", "0x38:700", "0x38:700", "0x38:700", "0x38:700", "0x38:700", "0x38:700",
          "0x38:700", "0x3D:600", "0x39:700"}},
        // b/6 = 1.333 -> 1.375 and y = 5.8, 4.4, 2.9, 1.5; scaled to 4, s = 2 and 4, 3, 2, 1 are
        // exact.
        {"4/6",
         block_of({8, 6, 4, 2}, 0),
         {"0x3B:7653", "0x3B:7653", "0x3B:7653", "0x3B:7653", "0x3B:7653", "0x3B:7653", "0x3B:7653",
          "0x3B:7653", "0x40:6542", "0x3B:7653"}},
        // b/6 = 7.5 * 2^-9, the tie between 0x07 and 0x08: to even, and ggml's subnormals stop at
        // 0x07. 4/6: 11.25 -> 11, 4 * 11 = 44 is 1 off 45, 48 is 3 off.
        {"subnormal tie",
         block_of({45 * 0x1p-9f, 0, 0}, 0),
         {"0x8:700", "0x8:700", "0x8:700", "0x8:700", "0x8:700", "0x8:700", "0x8:700", "0x8:700",
          "0xB:600", "0x7:700"}},
        // b/6 = 250: 256 (0x78), and ggml's 0x7E = 448, where 1500 = 3.3 * 448. 4/6: 375 -> 384
        // (0x7C), 4 * 384 = 1536 as 6 * 256 is.
        {"from 248 on",
         block_of({1500, 0, 0}, 0),
         {"0x78:700", "0x78:700", "0x78:700", "0x78:700", "0x78:700", "0x78:700", "0x78:700",
          "0x78:700", "0x78:700", "0x7E:500"}},
        // The scale saturates at 448; y = 7 is 6. ggml: the nearest is 6 too.
        {"saturation",
         block_of({7 * 448, -7 * 448, 0}, 0),
         {"0x7E:7F0", "0x7E:7F0", "0x7E:7F0", "0x7E:7F0", "0x7E:7F0", "0x7E:7F0", "0x7E:7F0",
          "0x7E:7F0", "0x7E:7F0", "0x7E:7F0"}},
    };
    return list;
}

TEST(EncodeNvfp4, HandWorkedBlocks) {
    for (const Case& c : cases())
        for (size_t i = 0; i < nvfp4_encoders.size(); ++i)
            EXPECT_EQ(shortened(encoded(nvfp4_encoders[i], c.x)), c.expected[i])
                << c.what << ", " << name_of(nvfp4_encoders[i]);
}

TEST(EncodeFormats, HandWorkedBlocksOfEveryFormat) {
    for (const FormatRow& row : format_rows())
        for (const HandWorked& c : row.encoded) {
            const Format format = *format_from_name(row.name);
            const Encoder encoder = *default_encoder(format);
            std::vector<float> x = c.x;
            x.resize(static_cast<size_t>(row.block));
            std::vector<uint8_t> codes(x.size());
            const ScaleRecord record =
                BlockEncoder(encoder, format)
                    .encode_block(x, tensor_scale_of(encoder, format, TensorMultiplier{1}), codes);
            std::string text = hex(record) + ":";
            for (uint8_t code : codes) text += "0123456789ABCDEF"[code & 15];
            EXPECT_EQ(shortened(text), c.expected) << row.name;
        }
}

TEST(EncodeNvfp4, EveryPairOfEncodersIsToldApart) {
    for (size_t i = 0; i < nvfp4_encoders.size(); ++i)
        for (size_t j = 0; j < i; ++j)
            EXPECT_TRUE(std::ranges::any_of(
                cases(), [&](const Case& c) { return c.expected[i] != c.expected[j]; }))
                << name_of(nvfp4_encoders[i]) << " " << name_of(nvfp4_encoders[j]);
}

// The ties of E2M1 behind an amax of 0.3125 = 6 units: the reciprocal makes G one step too large
// and the unit s/G one too small, so that every tie goes up.
TEST(EncodeNvfp4, CtRoundsTheReciprocalOfTheAmax) {
    const auto x = [](float t) { return t * 0.3125f / 6.0f; };
    const Block block =
        block_of({0.3125f, x(.25f), x(.75f), x(1.25f), x(1.75f), x(2.5f), x(3.5f), x(5)}, 0);
    const auto tensor_scale = tensor_scale_of(Encoder::ct, Format::nvfp4, 0.3125f);
    EXPECT_EQ(shortened(encoded(Encoder::ct, block, tensor_scale)), "0x7E:71234567");
    expect_rule({Encoder::ct_bf16, Format::nvfp4}, block, 0.3125f);
}

// G = 2^127, b = 26738690 * 2^-149. vllm: b * I6 = 4456448.33 * 2^-149 is subnormal and loses the
// third; times G it is 1.0625, the tie, and 1. te: S * I6 is normal, the product is 1.0625 + 2^-23,
// and 1.125.
TEST(EncodeNvfp4, TeMultipliesIntoTheTensorScaleFirst) {
    const Block x = block_of({std::ldexp(26738690.0f, -149)}, 0);
    EXPECT_EQ(encoded(Encoder::te, x, {.divisor = {0x1p127f}}).scale_byte, 0x39);
    EXPECT_EQ(encoded(Encoder::vllm, x, {.divisor = {0x1p127f}}).scale_byte, 0x38);
}

// Times FLT_MAX, 2^128 - 2^104: 2^-126 is just below 4, 2^-130 just below .25 and a signed zero.
TEST(EncodeNvfp4, TeAtAZeroScaleIsArithmetic) {
    EXPECT_EQ(
        shortened(encoded(Encoder::te,
                          block_of({0x1p-12f, 0x1p-126f, 0x1p-130f, -0x1p-130f, -0x1p-149f}, 0))),
        "0x0:76088");
}

// x * (1/1e8): zeros for ordinary data, but a sum of signs and sizes for extraordinary data.
TEST(EncodeNvfp4, VllmAtAZeroScaleIsArithmetic) {
    const TensorScale tensor_scale{.divisor = {0x1p-40f}};
    EXPECT_EQ(
        shortened(encoded(Encoder::vllm, block_of({0x1p29f, -0x1p28f, 1, -1}, 0), tensor_scale)),
        "0x0:7D08"); // 5.4, -2.7
}

// b / (6 * S) below the smallest float is 0 and becomes 1.0, like a zero block; elsewhere the scale
// is at least 2^-9.
TEST(EncodeNvfp4, ModeloptTakesAnUnderflowingQuotientForAZeroBlock) {
    const TensorScale tensor_scale{.multiplier = {0x1p20f}};
    EXPECT_EQ(encoded(Encoder::modelopt, block_of({0x1p-149f}, 0), tensor_scale).scale_byte, 0x38);
    EXPECT_EQ(encoded(Encoder::modelopt, block_of({0x1p-120f}, 0), tensor_scale).scale_byte, 0x01);
}

// A reciprocal that overflows leaves zeros: G = FLT_MAX, s = 2^-9 (b/6 = 2^-137).
TEST(EncodeNvfp4, ZerosUnderAnInfiniteFactor) {
    const Block x = block_of({6 * 0x1p-137f, -6 * 0x1p-137f, -0.0f, 0}, 0);
    for (Encoder encoder : {Encoder::vllm, Encoder::fouroversix_6})
        EXPECT_EQ(shortened(encoded(encoder, x, {.divisor = {FLT_MAX}})), "0x1:7F0")
            << name_of(encoder);
    EXPECT_EQ(shortened(encoded(Encoder::torchao, x, {.multiplier = {0x1p-126f}})),
              "0x8:7F8"); // 2^126 / 2^-6
}

// A = 2688, S = 1. The block of A: 4 would need 672, both candidates are 448 and the first stays. 4
// * 112 fits: 6 * 75 is 448 too, 3.5 * 112 and 2.5 * 112 do not.
TEST(EncodeNvfp4, FourOverSixWith448) {
    const auto tensor_scale = tensor_scale_of(Encoder::fouroversix_448, Format::nvfp4, 2688.0f);
    EXPECT_EQ(tensor_scale.divisor.value, 1.0f);
    EXPECT_EQ(
        shortened(encoded(Encoder::fouroversix_448, block_of({2688, 1344, 0}, 0), tensor_scale)),
        "0x7E:750");
    EXPECT_EQ(shortened(encoded(Encoder::fouroversix_448, block_of({8, 6, 4, 2}, 0), tensor_scale)),
              "0x40:6542");
}

// Both errors are exactly 1: in units of 4/3 the block is 8, 16/3, 16/3, 16/3, which is 1/9 + 4/9 +
// 4/9, in units of 2 it is 8, 4, 6, 6. Binary64 has no thirds and sums to something else than 1.
TEST(EncodeNvfp4, FourOverSixDecidesTiesExactly) {
    const auto made = [](const Block& x, float amax) {
        return shortened(encoded(Encoder::fouroversix, x,
                                 tensor_scale_of(Encoder::fouroversix, Format::nvfp4, amax)));
    };
    const Block tie = block_of({8, 5, 6, 6}, 0);
    EXPECT_EQ(made(tie, 8), "0x78:7666");
    for (float unit : {0x1p-120f, 0x1p-3f, 3.0f, 0x1.8p120f})
        EXPECT_EQ(made(times(tie, unit), 8 * unit), "0x78:7666") << unit;
    // One float beside it decides.
    EXPECT_EQ(made(block_of({8, above(5), 6, 6}, 0), 8), "0x7C:6555");
    EXPECT_EQ(made(block_of({8, below(5), 6, 6}, 0), 8), "0x7C:6455");
    EXPECT_EQ(made(block_of({8, 5, 6, above(6)}, 0), 8), "0x7C:6455");
    EXPECT_EQ(made(block_of({8, 5, 6, below(6)}, 0), 8), "0x78:7666");
}

TEST(EncodeNvfp4, FourOverSixWithoutAnAmaxScalesTo6) {
    const Block four = block_of({8, 6, 4, 2}, 0);
    EXPECT_EQ(shortened(encoded(Encoder::fouroversix, four, {.amax = 1536})), "0x40:6542");
    for (float amax : {0.0f, INFINITY})
        EXPECT_EQ(shortened(encoded(Encoder::fouroversix, four, {.amax = amax})), "0x3B:7653");
}

TEST(EncodeNvfp4, SweepOfScalesByHand) {
    const auto swept = [](const Block& x) { return shortened(encoded(Encoder::mse, x)); };
    EXPECT_EQ(swept(block_of({-0.0f, 0, 0}, 0)), "0x0:800"); // a zero block as in nv
    EXPECT_EQ(swept(block_of({8, 6, 4, 2}, 0)),
              "0x40:6542"); // s = 2 is exact, and nothing below: 8 / s would be above 4 and not 6
    EXPECT_EQ(swept(block_of({6, 0, 0}, 0)),
              "0x38:700"); // 6 * 1, 4 * 1.5, 3 * 2 ... 0.5 * 12 are all exact: the lowest
    EXPECT_EQ(swept(block_of({9, 9, 9}, 0)), "0x3C:777"); // 6 * 1.5
    EXPECT_EQ(swept(block_of({10, 9, 9, 9}, 0)),
              "0x3C:7777"); // 1 off once; 1.625 would be .25 off once and .75 off three times
    EXPECT_EQ(swept(block_of({5, .5f, 3.5f}, 0)),
              "0x36:716"); // s = .875: .25, .0625 and 0 off; 1.25 has 5 exactly, but .125 and .25
    EXPECT_EQ(swept(block_of({13 * 0x1p-10f, 0, 0}, 0)),
              "0xD:100"); // 6.5 steps of 2^-9: only half of 13 is exact
    EXPECT_EQ(swept(block_of({0x1p-20f, 0, 0}, 0)), "0x1:000"); // no scale keeps anything
}

TEST(EncodeNvfp4, RandomBlocks) {
    Rng rng(200);
    for (int i = 0; i < 6000; ++i) {
        const Block x =
            random_block(rng, std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-18, 0)));
        const float amax = std::max(amax_of(x), 1.0f + std::fabs(rng.uniform(1)));
        for (const Made& made : twin_encoders()) {
            expect_rule(made, x, amax);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(EncodeNvfp4, DelicateBlocks) {
    Rng rng(201);
    for (int i = 0; i < 4000; ++i) {
        const float amax = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 10)));
        for (const Made& made : twin_encoders()) {
            const float scale = scale_or_midpoint(rng, made.format),
                        unit = tensor_scale_of(made.encoder, made.format, amax).multiplier.value;
            expect_rule(made, delicate_block(rng, rng.one_in(2) ? scale / 1.5f : scale, unit),
                        amax);
            if (HasFatalFailure()) return;
        }
    }
}

// Any bit pattern that is a number, as element and as the tensor's amax; subnormals and the largest
// floats among them.
TEST(EncodeNvfp4, ExtremeBlocks) {
    Rng rng(202);
    const auto edges = finite_edges();
    for (int i = 0; i < 6000; ++i) {
        const int exponent = rng.between(-126, 127);
        Block x;
        for (float& value : x)
            value =
                rng.one_in(4)
                    ? std::bit_cast<float>(
                          edges[static_cast<size_t>(rng.below(static_cast<int>(edges.size())))])
                : rng.one_in(4)
                    ? std::bit_cast<float>(rng.fp32_bits() & 0x807FFFFF)
                    : std::bit_cast<float>(rng.fp32_bits(std::max(-126, exponent - 10), exponent));
        const float amax =
            rng.one_in(2)
                ? amax_of(x)
                : std::max(amax_of(x), std::fabs(std::bit_cast<float>(rng.fp32_bits(-126, 127))));
        for (const Made& made : twin_encoders()) {
            expect_rule(made, x, amax);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(EncodeNvfp4, TinyTensors) {
    Rng rng(203);
    for (int i = 0; i < 4000; ++i) {
        const Block x = random_block(rng, std::ldexp(1.0f, rng.between(-149, -110)));
        for (const Made& made : twin_encoders()) {
            expect_rule(made, x, std::max(amax_of(x), std::ldexp(1.0f, rng.between(-149, -110))));
            if (HasFatalFailure()) return;
        }
    }
}

constexpr uint64_t bf16_rows = 128, bf16_k = 1024;

// Nearly normal, rounded to bfloat16; the largest magnitude is `amax`.
std::vector<float> bf16_data(Rng& rng, float amax) {
    std::vector<float> x(bf16_rows * bf16_k);
    for (float& value : x) {
        float sum = 0;
        for (int i = 0; i < 12; ++i) sum += rng.uniform(amax / 8);
        value = std::clamp(round_to_bf16(sum), -amax, amax);
    }
    x[0] = amax;
    return x;
}

constexpr std::array agreeing{Encoder::vllm, Encoder::ct, Encoder::modelopt, Encoder::torchao,
                              Encoder::fouroversix_6};

PackedTensor encoded_bf16(Encoder encoder, const std::vector<float>& x) {
    return *encode(x, bf16_rows, bf16_k, {.encoder = encoder}, "w");
}

// te, vllm, ct, modelopt, torchao and static 6 are the same on a tensor whose amax makes no exact
// ties; ct-bf16, whose G is up to 0.6% off, changes a few percent of the scales.
TEST(EncodeNvfp4, OnOrdinaryBf16DataSixEncodersAgree) {
    Rng rng(204);
    size_t changed = 0, blocks = 0;
    for (float amax : {0x1.54p-3f, 0x1.4Ap-3f, 0x1.72p-3f}) {
        const auto x = bf16_data(rng, amax);
        const auto te = encoded_bf16(Encoder::te, x), bf16 = encoded_bf16(Encoder::ct_bf16, x);
        for (Encoder encoder : agreeing) {
            const auto tensor = encoded_bf16(encoder, x);
            EXPECT_TRUE(tensor.scales == te.scales && tensor.codes == te.codes)
                << name_of(encoder) << " " << amax;
        }
        for (size_t i = 0; i < te.scales.size(); ++i, ++blocks)
            changed += te.scales[i] != bf16.scales[i];
    }
    EXPECT_GT(changed * 100, blocks);
    EXPECT_LT(changed * 100, 8 * blocks);
}

// With other amax the exact quotient is often a tie, which each encoder's roundings break in their
// own way; nothing else differs.
TEST(EncodeNvfp4, OnBf16DataOnlyExactTiesDiffer) {
    Rng rng(205);
    size_t scale_ties = 0, code_ties = 0;
    const auto scale = [](int payload) { return slow::scale_value(Format::nvfp4, payload); };
    for (float amax : {0x1.78p-3f, 0x1.7p-3f, 0x1.5Ep-3f, 0x1.76p-3f}) {
        const auto x = bf16_data(rng, amax);
        const auto te = encoded_bf16(Encoder::te, x);
        for (Encoder encoder : agreeing) {
            const auto tensor = encoded_bf16(encoder, x);
            for (size_t block = 0; block < te.scales.size(); ++block) {
                const auto values = std::span(x).subspan(block * 16, 16);
                if (const int one = te.scales[block], other = tensor.scales[block]; one != other) {
                    ASSERT_EQ(double{amax_of(values)} * 448,
                              double{amax} * (scale(one) + scale(other)) / 2)
                        << name_of(encoder); // b * 448 / A is the midpoint
                    ++scale_ties;
                    continue;
                }
                for (size_t i = 0; i < 16; ++i) {
                    const auto code = [&](const PackedTensor& t) {
                        return t.codes[block * 8 + i / 2] >> (i % 2 * 4) & 15;
                    };
                    if (code(tensor) == code(te)) continue;
                    const double midpoint = (slow::e2m1_magnitude[code(te) % 8] +
                                             slow::e2m1_magnitude[code(tensor) % 8]) /
                                            2;
                    ASSERT_EQ(std::fabs(double{values[i]}) * 2688,
                              midpoint * scale(te.scales[block]) * double{amax})
                        << name_of(encoder);
                    ++code_ties;
                }
            }
        }
    }
    EXPECT_GT(scale_ties, 100);
    EXPECT_GT(code_ties, 100);
}

} // namespace
} // namespace fp4
