#include "fp4/encode/encode_razer_w.hpp"

#include <gtest/gtest.h>

#include "encode_blocks.hpp"
#include "slow_encode.hpp"

namespace fp4 {
namespace {

using namespace test;

EncodedBlock encode_block(const Block& x, Specials specials = {}, float tensor_scale = 1) {
    return RazerWeightEncoder(specials)(x, tensor_scale);
}

void expect_rule(const Block& x, Specials specials, float tensor_scale) {
    ASSERT_EQ(text_of(encode_block(x, specials, tensor_scale)),
              text_of(slow::encode_razer_w(x, tensor_scale, specials)))
        << values_of(x) << "S " << tensor_scale << " V1 " << int{specials.v1_halves} << " V2 "
        << int{specials.v2_halves};
}

// The elements behind the listed ones make the wanted special win under block scale 1 (payload
// 0x18).
TEST(EncodeRazerW, WindowOfPlus5) {
    EXPECT_EQ(text_of(encode_block(block_of({6, 4.5f, above(4.5f), 5.5f, above(5.5f)}, 5))),
              "0x18:7688788888888888");
}

TEST(EncodeRazerW, WindowOfMinus5) {
    EXPECT_EQ(text_of(encode_block(block_of({6, -4.5f, -5.5f, above(-5.5f), above(-4.5f)}, -5))),
              "0x98:78F8E88888888888");
}

TEST(EncodeRazerW, TiesGoToTheLowerValue) {
    EXPECT_EQ(text_of(encode_block(block_of({6, .25f, -.25f, .75f, -.75f}, 5))),
              "0x18:7091A88888888888");
}

// +8 takes y > 7, -8 takes y <= -7, +7 y > 6.5, +9 y > 7.5. Under the smallest scale, 2^-5, no
// other candidate comes near.
TEST(EncodeRazerW, WindowsOfLargerSpecials) {
    const auto encoded = [](const Block& y, Specials specials) {
        return text_of(encode_block(times(y, 0x1p-5f), specials));
    };
    EXPECT_EQ(encoded(block_of({7, above(7)}, 8), {10, 16}), "0x41:7888888888888888");
    EXPECT_EQ(encoded(block_of({-7, above(-7)}, -8), {10, 16}), "0xC1:8F88888888888888");
    EXPECT_EQ(encoded(block_of({6.5f, above(6.5f)}, 7), {10, 14}), "0x41:7888888888888888");
    EXPECT_EQ(encoded(block_of({7.5f, above(7.5f)}, 9), {10, 18}), "0x41:7888888888888888");
}

TEST(EncodeRazerW, ZerosOfEitherSignAreCodeZero) {
    EXPECT_EQ(text_of(encode_block(block_of({0.0f, -0.0f}, 0))), "0x1:0000000000000000");
    EXPECT_EQ(text_of(encode_block(block_of({-0.0f}, -0.0f))), "0x1:0000000000000000");
    EXPECT_EQ(first_codes(encode_block(block_of({6, -0.0f, -0x1p-140f, 0.0f, above(-.25f)}, 5)), 5),
              "70000");
}

TEST(EncodeRazerW, ScaleStaysBetweenPayload1And0x3E) {
    const auto payload = [](float b) {
        return encode_block(block_of({b}, 0), {12, 12}).scale_byte;
    }; // E2M1 specials: every scale is b / 6
    for (float b : {0x1p-30f, 6 * 0x1p-6f, 6 * 0x1p-5f, 6 * 1.5f * 0x1p-5f - 0x1p-20f})
        EXPECT_EQ(payload(b), 0x01) << b;
    for (float b : {6 * 27.5f, 168.0f, 6 * 29.0f, 6 * 30.0f, 1e10f})
        EXPECT_EQ(payload(b), 0x3E) << b;
    EXPECT_EQ(payload(6 * 21.0f), 0x3A); // a tie, to 20
    EXPECT_EQ(payload(6 * 7.5f * 0x1p-5f), 0x08);
}

// Under the divisor 168 a +-8 block has a scale of at most 21, which is encoded as 20, and a +-7
// block of at most 24.
TEST(EncodeRazerW, TheLargestScalesOfLargeSpecials) {
    const Block x8 = block_of({168, 120, 80, 60, 40}, 20),
                x7 = block_of({168, 144, 96, 72, 48}, 24);
    EXPECT_EQ(text_of(encode_block(x8)), "0x7A:8765422222222222");
    EXPECT_EQ(text_of(encode_block(x7, {10, 14})), "0x7C:8765422222222222");
}

TEST(EncodeRazerW, TheFirstOfEqualErrorsWins) {
    const Block plain = block_of({6, -4, 3, -2, 1}, 0); // exact in every candidate under scale 1
    EXPECT_EQ(encode_block(plain, {10, 16}).scale_byte, 0x18);
    EXPECT_EQ(encode_block(plain, {12, 12}).scale_byte, 0x18);
    EXPECT_EQ(encode_block(block_of({6}, 5), {10, 10}).scale_byte, 0x18);  // +V1 before +V2
    EXPECT_EQ(encode_block(block_of({6}, -5), {10, 10}).scale_byte, 0x98); // -V1 before -V2
    EXPECT_EQ(encode_block(block_of({6}, 4.5f), {10, 9}).scale_byte,
              0x58); // a strictly smaller error wins later
    EXPECT_EQ(encode_block(block_of({6}, -4.5f), {10, 9}).scale_byte, 0xD8);
}

TEST(RazerCodebook, IsSortedWithEveryCodeOnce) {
    for (int special = -31; special <= 31; ++special) {
        if (special == 0) continue;
        const RazerCodebook codebook(special);
        const bool is_new = !slow::is_e2m1(std::abs(special) / 2.0);
        const size_t count = is_new ? 16 : 15;
        const Specials specials{static_cast<uint8_t>(std::abs(special)), 0};
        const int byte = special < 0 ? 0x81 : 0x01;
        for (size_t i = 0; i < 16; ++i)
            ASSERT_EQ(2 * codebook.value[i],
                      slow::lane_of(Format::razer_w, specials, byte, codebook.code[i]))
                << special;
        for (size_t i = 1; i < count; ++i) {
            ASSERT_LT(codebook.value[i - 1], codebook.value[i]) << special;
            ASSERT_EQ(codebook.boundary[i - 1], (codebook.value[i - 1] + codebook.value[i]) / 2)
                << special;
        }
        ASSERT_EQ(std::count(codebook.code.begin(), codebook.code.end(), 8), is_new ? 1 : 0)
            << special;
        ASSERT_EQ(std::isinf(codebook.boundary[14]), !is_new)
            << special; // an entry that repeats the last one is out of reach
    }
}

// Every decision point of the codebook of every special, as V1 and as V2, under every scale. The
// rest of the block is the special itself.
TEST(EncodeRazerW, EveryBoundaryInEveryCandidateUnderEveryScale) {
    for (int v : {5, 7, 9, 10, 13, 14, 16, 18, 31})
        for (int candidate = 0; candidate < 4; ++candidate) {
            const auto v_halves = static_cast<uint8_t>(v);
            const Specials specials =
                candidate < 2 ? Specials{v_halves, 12} : Specials{12, v_halves};
            const float special = static_cast<float>(candidate % 2 ? -v : v) / 2,
                        largest = std::max(6.0f, std::fabs(special));
            const auto blocks = boundary_blocks(std::copysign(largest, special), special);
            std::vector<int> reached(blocks.size());
            for (int payload = 1; payload <= 0x3E; ++payload) {
                const auto scale = static_cast<float>(slow::scale_value(Format::razer_w, payload));
                for (size_t i = 0; i < blocks.size(); ++i) {
                    Block x = times(blocks[i], scale);
                    for (float& value : x)
                        value = std::clamp(value, -largest * scale, largest * scale);
                    expect_rule(x, specials, 1);
                    if (HasFatalFailure()) return;
                    reached[i] +=
                        encode_block(x, specials).scale_byte ==
                        (payload | (candidate % 2 ? 0x80 : 0) | (candidate < 2 ? 0 : 0x40));
                }
            }
            for (size_t i = 0; i < blocks.size(); ++i)
                EXPECT_GT(reached[i], 0) << v << " " << candidate << ": "
                                         << values_of(blocks[i]); // the candidate has won
        }
}

TEST(EncodeRazerW, SpecialsThatE2m1HasTakeTheE2m1Code) {
    Rng rng(60);
    for (int v : {1, 2, 3, 4, 6, 8, 12})
        for (int i = 0; i < 500; ++i) {
            const Specials specials{static_cast<uint8_t>(v), static_cast<uint8_t>(v)};
            const Block x = random_block(rng, 6);
            expect_rule(x, specials, 1);
            EXPECT_EQ(text_of(encode_block(x, specials)).find('8', 5), std::string::npos)
                << values_of(x);
            if (HasFailure()) return;
        }
}

TEST(EncodeRazerW, RandomBlocksSpecialsAndTensorScales) {
    Rng rng(61);
    std::array<int, 4> chosen{};
    for (int i = 0; i < 40000; ++i) {
        Specials specials{10, static_cast<uint8_t>(rng.between(14, 18))};
        if (i % 2)
            specials = {static_cast<uint8_t>(rng.between(1, 31)),
                        static_cast<uint8_t>(rng.between(1, 31))};
        const float tensor_scale = rng.one_in(3) ? 1.0f
                                   : rng.one_in(4)
                                       ? 0x1p-126f
                                       : std::fabs(std::bit_cast<float>(rng.fp32_bits(-4, 4)));
        const Block x = random_block(
            rng, std::ldexp(1.0f + std::fabs(rng.uniform(1)), rng.between(-9, 8)) * tensor_scale);
        expect_rule(x, specials, tensor_scale);
        if (HasFatalFailure()) return;
        ++chosen[encode_block(x, specials, tensor_scale).scale_byte >> 6];
    }
    for (int count : chosen) EXPECT_GT(count, 2000); // every candidate is exercised
}

// Squared errors are summed in index order in binary64. The errors of +V1 and -V1 of a mirrored
// block are the same terms in opposite orders, so rounding alone decides, and another order or
// precision decides otherwise.
TEST(EncodeRazerW, ErrorsAreSummedInIndexOrder) {
    Rng rng(62);
    int plus = 0, minus = 0;
    for (int i = 0; i < 20000; ++i) {
        const Block x = mirrored_block(rng, 6);
        expect_rule(x, {10, 12}, 1);
        if (HasFatalFailure()) return;
        (encode_block(x, {10, 12}).scale_byte & 0x80 ? minus : plus) += 1;
    }
    EXPECT_GT(plus, 100);
    EXPECT_GT(minus, 100);
}

TEST(EncodeRazerW, DivisionsAreRoundedInTheWrittenOrder) {
    Rng rng(63);
    for (int i = 0; i < 15000; ++i) {
        const float tensor_scale = std::fabs(std::bit_cast<float>(rng.fp32_bits(-20, 4)));
        expect_rule(delicate_block(rng, scale_or_midpoint(rng, Format::razer_w), tensor_scale),
                    {10, static_cast<uint8_t>(rng.between(14, 18))}, tensor_scale);
        if (HasFatalFailure()) return;
    }
}

} // namespace
} // namespace fp4
