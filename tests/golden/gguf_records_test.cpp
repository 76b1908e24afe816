#include "fp4/formats/gguf_records.hpp"

#include <gtest/gtest.h>

#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

std::string message(const auto& result) {
    return result ? std::string("no error") : result.error().message;
}

// Element i of sub-block s has code (i + s) % 16; packed, byte i/2 holds elements i and i + 1.
TEST(GgufRecords, OneRecordByHand) {
    PackedTensor tensor{.rows = 1, .k = 64, .scales = {0x38, 0x39, 0x01, 0x7E}};
    for (int s = 0; s < 4; ++s)
        for (int i = 0; i < 16; i += 2)
            tensor.codes.push_back(static_cast<uint8_t>((i + s) % 16 | (i + 1 + s) % 16 << 4));
    const std::vector<uint8_t> expected{
        0x38, 0x39, 0x01, 0x7E,                         // scales
        0x80, 0x91, 0xA2, 0xB3, 0xC4, 0xD5, 0xE6, 0xF7, // low: elements 0..7, high: 8..15
        0x91, 0xA2, 0xB3, 0xC4, 0xD5, 0xE6, 0xF7, 0x08, //
        0xA2, 0xB3, 0xC4, 0xD5, 0xE6, 0xF7, 0x08, 0x19, //
        0xB3, 0xC4, 0xD5, 0xE6, 0xF7, 0x08, 0x19, 0x2A};
    EXPECT_EQ(*to_gguf_records(tensor, "w"), expected);
    const auto back = from_gguf_records(expected, 1, 64, "w");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->codes, tensor.codes);
    EXPECT_EQ(back->scales, tensor.scales);
    EXPECT_EQ(back->tensor_scale.bits, 0x3F800000u);
}

TEST(GgufRecords, RoundTrips) {
    Rng rng(250);
    for (const auto& [rows, k] :
         {std::pair<uint64_t, uint64_t>{1, 64}, {3, 192}, {7, 128}, {0, 64}}) {
        const auto tensor = random_tensor(rng, Format::nvfp4, {}, rows, k);
        const auto records = to_gguf_records(tensor, "w");
        ASSERT_TRUE(records);
        EXPECT_EQ(records->size(), rows * k / 64 * 36);
        const auto back = from_gguf_records(*records, rows, k, "w");
        ASSERT_TRUE(back) << message(back);
        EXPECT_EQ(back->codes, tensor.codes);
        EXPECT_EQ(back->scales, tensor.scales);
        EXPECT_TRUE(check_shape(*back, "w"));
    }
}

TEST(GgufRecords, NanScales) {
    PackedTensor tensor{.rows = 2,
                        .k = 64,
                        .codes = std::vector<uint8_t>(64),
                        .scales = std::vector<uint8_t>(8, 0x38)};
    for (uint8_t nan : {uint8_t{0x7F}, uint8_t{0xFF}}) {
        tensor.scales[6] = nan;
        EXPECT_EQ(message(to_gguf_records(tensor, "w")),
                  "w: scales: expected finite scales, found NaN at row 1, block 2");
        std::vector<uint8_t> record(36, nan);
        record[0] = 0x38;
        EXPECT_EQ(from_gguf_records(record, 1, 64, "w")->scales,
                  (std::vector<uint8_t>{0x38, 0, 0, 0}));
    }
}

TEST(GgufRecords, Errors) {
    const std::vector<uint8_t> bytes(72);
    EXPECT_EQ(message(to_gguf_records({{Format::razer_w}}, "w")),
              "w: format: expected nvfp4, found razer-w");
    EXPECT_EQ(message(to_gguf_records({{}, 1, 32, std::vector<uint8_t>(16), {0, 0}}, "w")),
              "w: K: expected a multiple of 64, found 32");
    EXPECT_EQ(message(to_gguf_records({{}, 1, 64, std::vector<uint8_t>(31), {0, 0, 0, 0}}, "w")),
              "w: codes: expected 1 rows of 32 bytes, found 31 bytes");
    for (uint64_t k : {0, 32, 65})
        EXPECT_EQ(message(from_gguf_records(bytes, 1, k, "w")),
                  "w: K: expected a multiple of 64, found " + std::to_string(k));
    EXPECT_EQ(message(from_gguf_records(bytes, 1, 64, "w")),
              "w: expected 1 rows of 1 records of 36 bytes, found 72 bytes");
    EXPECT_EQ(message(from_gguf_records(bytes, 2, 128, "w")),
              "w: expected 2 rows of 2 records of 36 bytes, found 72 bytes");
    EXPECT_EQ(message(from_gguf_records(std::span(bytes).first(71), 2, 64, "w")),
              "w: expected 2 rows of 1 records of 36 bytes, found 71 bytes");
    EXPECT_FALSE(from_gguf_records(bytes, UINT64_MAX, UINT64_MAX - 63, "w"));
}

} // namespace
} // namespace fp4
