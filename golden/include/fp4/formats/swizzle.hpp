// Scale bytes in the tiles that GPU kernels read, and back to row-major.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fp4/result.hpp"

namespace fp4 {

inline constexpr uint64_t swizzle_blocks = 4; // side by side in a tile

// Rows of a tile. Row r stands before row r + 1, four bytes each, but that rows `interleaved` apart
// lie beside each other.
struct ScaleTileSpec {
    std::string_view name;
    uint64_t rows;
    uint64_t interleaved;
    std::string_view readers;

    constexpr uint64_t bytes() const { return rows * swizzle_blocks; }
};

enum class ScaleTile : uint8_t { tile_128x4, tile_8x4 };

inline constexpr std::array<ScaleTileSpec, 2> scale_tile_specs{{
    {"128x4", 128, 32, "cuBLAS, CUTLASS"},
    {"8x4", 8, 8, "TensorRT-LLM and FlashInfer for few tokens"},
}};

constexpr const ScaleTileSpec& spec_of(ScaleTile tile) {
    return scale_tile_specs[static_cast<size_t>(tile)];
}

// Byte offset of the scale of block `block` of row `row` in a tensor of `blocks_per_row` blocks per
// row. Tiles lie in row-major order.
constexpr uint64_t swizzled_scale_offset(uint64_t row, uint64_t block, uint64_t blocks_per_row,
                                         ScaleTile tile = ScaleTile::tile_128x4) {
    const ScaleTileSpec& spec = spec_of(tile);
    const uint64_t tiles_per_row =
                       blocks_per_row / swizzle_blocks + (blocks_per_row % swizzle_blocks != 0),
                   index = row / spec.rows * tiles_per_row + block / swizzle_blocks,
                   beside = spec.rows / spec.interleaved;
    return index * spec.bytes() +
           (row % spec.interleaved * beside + row % spec.rows / spec.interleaved) * swizzle_blocks +
           block % swizzle_blocks;
}

// Bytes of the swizzled form: rows padded to those of a tile, blocks per row to 4. Error: rows *
// blocks_per_row so large that the size exceeds 64 bits.
Result<uint64_t> swizzled_scale_bytes(uint64_t rows, uint64_t blocks_per_row,
                                      ScaleTile tile = ScaleTile::tile_128x4);

// Row-major rows x blocks_per_row bytes to the swizzled form; padding is 0x00. Error: scales.size()
// is not rows * blocks_per_row.
Result<std::vector<uint8_t>> swizzle_scales(std::span<const uint8_t> scales, uint64_t rows,
                                            uint64_t blocks_per_row,
                                            ScaleTile tile = ScaleTile::tile_128x4);

// The row-major bytes of the swizzled form; padding is dropped, whatever it holds. Error:
// swizzled.size() is not swizzled_scale_bytes.
Result<std::vector<uint8_t>> unswizzle_scales(std::span<const uint8_t> swizzled, uint64_t rows,
                                              uint64_t blocks_per_row,
                                              ScaleTile tile = ScaleTile::tile_128x4);

} // namespace fp4
