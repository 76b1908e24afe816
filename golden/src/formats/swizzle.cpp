#include "fp4/formats/swizzle.hpp"

#include <string>

#include "fp4/try.hpp"

namespace fp4 {
namespace {

std::string shape_text(uint64_t rows, uint64_t blocks_per_row) {
    return std::to_string(rows) + " rows of " + std::to_string(blocks_per_row) + " blocks";
}

} // namespace

Result<uint64_t> swizzled_scale_bytes(uint64_t rows, uint64_t blocks_per_row, ScaleTile tile) {
    const ScaleTileSpec& spec = spec_of(tile);
    const uint64_t tile_rows = rows / spec.rows + (rows % spec.rows != 0),
                   tile_columns =
                       blocks_per_row / swizzle_blocks + (blocks_per_row % swizzle_blocks != 0);
    if (tile_columns != 0 && tile_rows > UINT64_MAX / spec.bytes() / tile_columns)
        return Error{ErrorCode::bad_shape,
                     "swizzled scales: expected a size of at most 64 bits, found " +
                         shape_text(rows, blocks_per_row)};
    return tile_rows * tile_columns * spec.bytes();
}

Result<std::vector<uint8_t>> swizzle_scales(std::span<const uint8_t> scales, uint64_t rows,
                                            uint64_t blocks_per_row, ScaleTile tile) {
    FP4_TRY_ASSIGN(const auto bytes, swizzled_scale_bytes(rows, blocks_per_row, tile));
    if (scales.size() != rows * blocks_per_row) // not above *bytes, so it does not overflow
        return Error{ErrorCode::bad_shape, "scales: expected " + shape_text(rows, blocks_per_row) +
                                               ", found " + std::to_string(scales.size()) +
                                               " bytes"};
    if (scales.empty()) return std::vector<uint8_t>{};
    std::vector<uint8_t> swizzled(bytes);
    for (uint64_t row = 0; row < rows; ++row)
        for (uint64_t block = 0; block < blocks_per_row; ++block)
            swizzled[swizzled_scale_offset(row, block, blocks_per_row, tile)] =
                scales[row * blocks_per_row + block];
    return swizzled;
}

Result<std::vector<uint8_t>> unswizzle_scales(std::span<const uint8_t> swizzled, uint64_t rows,
                                              uint64_t blocks_per_row, ScaleTile tile) {
    FP4_TRY_ASSIGN(const auto bytes, swizzled_scale_bytes(rows, blocks_per_row, tile));
    if (swizzled.size() != bytes)
        return Error{ErrorCode::bad_shape, "swizzled scales: expected " + std::to_string(bytes) +
                                               " bytes for " + shape_text(rows, blocks_per_row) +
                                               ", found " + std::to_string(swizzled.size())};
    if (swizzled.empty()) return std::vector<uint8_t>{};
    std::vector<uint8_t> scales(rows * blocks_per_row);
    for (uint64_t row = 0; row < rows; ++row)
        for (uint64_t block = 0; block < blocks_per_row; ++block)
            scales[row * blocks_per_row + block] =
                swizzled[swizzled_scale_offset(row, block, blocks_per_row, tile)];
    return scales;
}

} // namespace fp4
