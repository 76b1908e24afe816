#include "c_calls.hpp"
#include "fp4/formats/swizzle.hpp"

namespace fp4 {
namespace {

using namespace test;

struct Shape {
    uint64_t rows, blocks;
};
constexpr std::array<Shape, 7> shapes{
    {{1, 1}, {128, 4}, {129, 4}, {128, 5}, {33, 3}, {300, 9}, {1, 40}}};

TEST(CLayout, SizesAreGoldens) {
    for (const auto& [rows, blocks] : shapes) {
        uint64_t bytes = 0;
        expect_done([&](fp4_error* error) {
            return fp4_swizzled_size(FP4_SCALE_TILE_128X4, rows, blocks, &bytes, error);
        });
        EXPECT_EQ(bytes, *swizzled_scale_bytes(rows, blocks));
    }
    uint64_t bytes = 0;
    ASSERT_EQ(fp4_swizzled_size(FP4_SCALE_TILE_128X4, 129, 5, &bytes, nullptr), FP4_OK);
    EXPECT_EQ(bytes, 4u * 512u);
}

TEST(CLayout, ThereAndBackAsGolden) {
    Rng rng(330);
    for (const auto& [rows, blocks] : shapes) {
        std::vector<uint8_t> scales(rows * blocks);
        for (auto& byte : scales) byte = rng.byte();
        const auto expected = swizzle_scales(scales, rows, blocks);
        ASSERT_TRUE(expected);
        std::vector<uint8_t> swizzled(expected->size() + 1, 0xA5); // a byte behind the buffer
        expect_done([&](fp4_error* error) {
            return fp4_swizzle_scales(FP4_SCALE_TILE_128X4, scales.data(), rows, blocks,
                                      swizzled.data(), error);
        });
        EXPECT_TRUE(std::equal(expected->begin(), expected->end(), swizzled.begin()));
        EXPECT_EQ(swizzled.back(), 0xA5);

        for (uint64_t row = rows; row % spec_of(ScaleTile::tile_128x4).rows != 0;
             ++row) // padding may hold anything
            swizzled[swizzled_scale_offset(row, 0, blocks)] = 0x77;
        std::vector<uint8_t> back(scales.size() + 1, 0xA5);
        expect_done([&](fp4_error* error) {
            return fp4_unswizzle_scales(FP4_SCALE_TILE_128X4, swizzled.data(), rows, blocks,
                                        back.data(), error);
        });
        EXPECT_TRUE(std::equal(scales.begin(), scales.end(), back.begin()));
        EXPECT_EQ(back.back(), 0xA5);
    }
}

TEST(CLayout, OnePlaceByHand) {
    std::vector<uint8_t> scales(128 * 4), swizzled(512);
    scales[37 * 4 + 2] = 0x42; // row 37 = 32 + 5: 5 * 16 + 1 * 4 + 2
    ASSERT_EQ(
        fp4_swizzle_scales(FP4_SCALE_TILE_128X4, scales.data(), 128, 4, swizzled.data(), nullptr),
        FP4_OK);
    EXPECT_EQ(swizzled[86], 0x42);
}

TEST(CLayoutErrors, PointersAndShapes) {
    std::array<uint8_t, 512> in{}, out{};
    uint64_t bytes = 7;
    expect_refused(
        [&](fp4_error* error) {
            return fp4_swizzled_size(FP4_SCALE_TILE_128X4, 1, 1, nullptr, error);
        },
        FP4_BAD_ARGUMENT, "bytes: expected a pointer, found NULL");
    expect_refused(
        [&](fp4_error* error) {
            return fp4_swizzle_scales(FP4_SCALE_TILE_128X4, nullptr, 1, 1, out.data(), error);
        },
        FP4_BAD_ARGUMENT, "scales: expected a pointer, found NULL");
    expect_refused(
        [&](fp4_error* error) {
            return fp4_swizzle_scales(FP4_SCALE_TILE_128X4, in.data(), 1, 1, nullptr, error);
        },
        FP4_BAD_ARGUMENT, "swizzled: expected a pointer, found NULL");
    expect_refused(
        [&](fp4_error* error) {
            return fp4_unswizzle_scales(FP4_SCALE_TILE_128X4, nullptr, 1, 1, out.data(), error);
        },
        FP4_BAD_ARGUMENT, "swizzled: expected a pointer, found NULL");
    expect_refused(
        [&](fp4_error* error) {
            return fp4_unswizzle_scales(FP4_SCALE_TILE_128X4, in.data(), 1, 1, nullptr, error);
        },
        FP4_BAD_ARGUMENT, "scales: expected a pointer, found NULL");

    const auto refused = [&](uint64_t rows, uint64_t blocks, const std::string& message) {
        expect_refused(
            [&](fp4_error* error) {
                return fp4_swizzled_size(FP4_SCALE_TILE_128X4, rows, blocks, &bytes, error);
            },
            FP4_BAD_SHAPE, message);
        expect_refused(
            [&](fp4_error* error) {
                return fp4_swizzle_scales(FP4_SCALE_TILE_128X4, in.data(), rows, blocks, out.data(),
                                          error);
            },
            FP4_BAD_SHAPE, message);
        expect_refused(
            [&](fp4_error* error) {
                return fp4_unswizzle_scales(FP4_SCALE_TILE_128X4, in.data(), rows, blocks,
                                            out.data(), error);
            },
            FP4_BAD_SHAPE, message);
    };
    refused(0, 4, "scales: expected at least one element, found 0 x 4");
    refused(128, 0, "scales: expected at least one element, found 128 x 0");
    refused(uint64_t{1} << 32, uint64_t{1} << 32,
            "scales: 4294967296 x 4294967296 elements are more than memory can hold"); // wraps to 0
    refused(1, uint64_t{1} << 62,
            "swizzled scales: expected a size of at most 64 bits, found 1 rows of "
            "4611686018427387904 blocks");
    refused(uint64_t{1} << 61, 1,
            "swizzled scales: 9223372036854775808 x 1 elements are more than memory can hold");
    EXPECT_EQ(bytes, 7u);
}

} // namespace
} // namespace fp4
