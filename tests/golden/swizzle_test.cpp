#include "fp4/formats/swizzle.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "operands.hpp"

namespace fp4 {
namespace {

using namespace test;

// Inside a tile: 4 bytes per row, rows 0, 32, 64, 96 beside each other; tiles of 512 bytes, those
// of one row of tiles first.
TEST(Swizzle, OffsetsByHand) {
    EXPECT_EQ(swizzled_scale_offset(0, 0, 6), 0u);
    EXPECT_EQ(swizzled_scale_offset(0, 3, 6), 3u);
    EXPECT_EQ(swizzled_scale_offset(0, 4, 6), 512u);
    EXPECT_EQ(swizzled_scale_offset(1, 0, 6), 16u);
    EXPECT_EQ(swizzled_scale_offset(31, 0, 6), 496u);
    EXPECT_EQ(swizzled_scale_offset(32, 0, 6), 4u);
    EXPECT_EQ(swizzled_scale_offset(33, 2, 6), 22u);
    EXPECT_EQ(swizzled_scale_offset(127, 3, 6), 511u);
    EXPECT_EQ(swizzled_scale_offset(128, 0, 6), 1024u); // two tiles per row of tiles
    EXPECT_EQ(swizzled_scale_offset(300, 5, 6), 5u * 512 + 12 * 16 + 1 * 4 + 1);
}

// Eight rows of four bytes, one after the other.
TEST(Swizzle, OffsetsOfSmallTilesByHand) {
    const auto offset = [](uint64_t row, uint64_t block) {
        return swizzled_scale_offset(row, block, 6, ScaleTile::tile_8x4);
    };
    EXPECT_EQ(offset(0, 0), 0u);
    EXPECT_EQ(offset(0, 3), 3u);
    EXPECT_EQ(offset(0, 4), 32u);
    EXPECT_EQ(offset(1, 0), 4u);
    EXPECT_EQ(offset(7, 3), 31u);
    EXPECT_EQ(offset(8, 0), 64u); // two tiles per row of tiles
    EXPECT_EQ(offset(19, 5), 5u * 32 + 3 * 4 + 1);
}

TEST(Swizzle, SmallTilesAndBack) {
    Rng rng(241);
    for (const auto& [rows, blocks] :
         {std::pair{1u, 1u}, {7u, 3u}, {8u, 4u}, {9u, 5u}, {33u, 9u}, {130u, 6u}}) {
        std::vector<uint8_t> scales(rows * blocks);
        for (uint8_t& scale : scales) scale = static_cast<uint8_t>(1 + rng.below(255));
        const auto swizzled = swizzle_scales(scales, rows, blocks, ScaleTile::tile_8x4);
        ASSERT_TRUE(swizzled);
        ASSERT_EQ(swizzled->size(), (rows + 7) / 8 * ((blocks + 3) / 4) * 32);
        EXPECT_EQ(std::ranges::count(*swizzled, 0),
                  static_cast<ptrdiff_t>(swizzled->size() - scales.size()));
        for (uint64_t row = 0; row < rows; ++row)
            for (uint64_t block = 0; block < blocks; ++block)
                ASSERT_EQ((*swizzled)[row / 8 * ((blocks + 3) / 4) * 32 + block / 4 * 32 +
                                      row % 8 * 4 + block % 4],
                          scales[row * blocks + block]);
        EXPECT_EQ(*unswizzle_scales(*swizzled, rows, blocks, ScaleTile::tile_8x4), scales);
    }
}

TEST(Swizzle, EveryScaleHasItsByteAndTheRestIsZero) {
    Rng rng(240);
    for (const auto& [rows, blocks] : {std::pair{1u, 1u},
                                       {127u, 3u},
                                       {128u, 4u},
                                       {129u, 5u},
                                       {33u, 9u},
                                       {300u, 6u},
                                       {256u, 1u}}) {
        std::vector<uint8_t> scales(rows * blocks);
        for (uint8_t& scale : scales) scale = static_cast<uint8_t>(1 + rng.below(255));
        const auto swizzled = swizzle_scales(scales, rows, blocks);
        ASSERT_TRUE(swizzled);
        ASSERT_EQ(swizzled->size(), *swizzled_scale_bytes(rows, blocks));
        ASSERT_EQ(swizzled->size(), (rows + 127) / 128 * ((blocks + 3) / 4) * 512);
        std::vector<int> owners(swizzled->size());
        for (uint64_t row = 0; row < rows; ++row)
            for (uint64_t block = 0; block < blocks; ++block) {
                const uint64_t offset = row / 128 * ((blocks + 3) / 4) * 512 + block / 4 * 512 +
                                        row % 32 * 16 + row % 128 / 32 * 4 + block % 4;
                ASSERT_EQ((*swizzled)[offset], scales[row * blocks + block]) << row << " " << block;
                ++owners[offset];
            }
        for (size_t i = 0; i < owners.size(); ++i) {
            ASSERT_LE(owners[i], 1) << i;
            ASSERT_TRUE(owners[i] == 1 || (*swizzled)[i] == 0) << i;
        }
        EXPECT_EQ(*unswizzle_scales(*swizzled, rows, blocks), scales);
        auto dirty = *swizzled; // padding is dropped
        for (size_t i = 0; i < owners.size(); ++i)
            if (owners[i] == 0) dirty[i] = 0xAA;
        EXPECT_EQ(*unswizzle_scales(dirty, rows, blocks), scales);
    }
}

TEST(Swizzle, EmptyTensors) {
    for (const auto& [rows, blocks] :
         {std::pair<uint64_t, uint64_t>{0, 4}, {4, 0}, {0, 0}, {UINT64_MAX, 0}, {0, UINT64_MAX}}) {
        EXPECT_EQ(*swizzled_scale_bytes(rows, blocks), 0u);
        EXPECT_TRUE(swizzle_scales({}, rows, blocks)->empty());
        EXPECT_TRUE(unswizzle_scales({}, rows, blocks)->empty());
    }
}

TEST(Swizzle, WrongLengths) {
    const std::vector<uint8_t> bytes(1024);
    const auto message = [](const auto& result) {
        return result ? std::string("no error") : result.error().message;
    };
    EXPECT_EQ(message(swizzle_scales(std::span(bytes).first(15), 4, 4)),
              "scales: expected 4 rows of 4 blocks, found 15 bytes");
    EXPECT_EQ(message(swizzle_scales(std::span(bytes).first(17), 4, 4)),
              "scales: expected 4 rows of 4 blocks, found 17 bytes");
    EXPECT_EQ(message(unswizzle_scales(std::span(bytes).first(511), 4, 4)),
              "swizzled scales: expected 512 bytes for 4 rows of 4 blocks, found 511");
    EXPECT_EQ(message(unswizzle_scales(bytes, 4, 4)),
              "swizzled scales: expected 512 bytes for 4 rows of 4 blocks, found 1024");
}

TEST(Swizzle, SizesThatOverflow) {
    for (const auto& [rows, blocks] : {std::pair<uint64_t, uint64_t>{UINT64_MAX, UINT64_MAX},
                                       {UINT64_C(1) << 32, UINT64_C(1) << 32},
                                       {UINT64_C(1) << 63, 4},
                                       {1, UINT64_MAX}}) {
        ASSERT_FALSE(swizzled_scale_bytes(rows, blocks));
        EXPECT_EQ(swizzled_scale_bytes(rows, blocks).error().code, ErrorCode::bad_shape);
        EXPECT_FALSE(swizzle_scales({}, rows, blocks));
        EXPECT_FALSE(unswizzle_scales({}, rows, blocks));
    }
    EXPECT_EQ(*swizzled_scale_bytes(UINT64_C(1) << 61, 4), UINT64_C(1) << 63);
}

} // namespace
} // namespace fp4
