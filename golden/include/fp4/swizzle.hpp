// Scale bytes in the tiles of 128 rows x 4 blocks that cuBLAS and CUTLASS read, and back to
// row-major.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fp4/result.hpp"

namespace fp4 {

inline constexpr uint64_t swizzle_rows = 128, swizzle_blocks = 4;
inline constexpr uint64_t swizzle_tile_bytes = swizzle_rows * swizzle_blocks;

// Byte offset of the scale of block `block` of row `row` in a tensor of `blocks_per_row` blocks per
// row. Tiles lie in row-major order.
constexpr uint64_t swizzled_scale_offset(uint64_t row, uint64_t block, uint64_t blocks_per_row) {
    const uint64_t tiles_per_row =
        blocks_per_row / swizzle_blocks + (blocks_per_row % swizzle_blocks != 0);
    const uint64_t tile = row / swizzle_rows * tiles_per_row + block / swizzle_blocks;
    return tile * swizzle_tile_bytes + row % 32 * 16 + row % swizzle_rows / 32 * 4 +
           block % swizzle_blocks;
}

// Bytes of the swizzled form: rows padded to 128, blocks per row to 4. Error: rows * blocks_per_row
// so large that the size exceeds 64 bits.
Result<uint64_t> swizzled_scale_bytes(uint64_t rows, uint64_t blocks_per_row);

// Row-major rows x blocks_per_row bytes to the swizzled form; padding is 0x00. Error: scales.size()
// is not rows * blocks_per_row.
Result<std::vector<uint8_t>> swizzle_scales(std::span<const uint8_t> scales, uint64_t rows,
                                            uint64_t blocks_per_row);

// The row-major bytes of the swizzled form; padding is dropped, whatever it holds. Error:
// swizzled.size() is not swizzled_scale_bytes.
Result<std::vector<uint8_t>> unswizzle_scales(std::span<const uint8_t> swizzled, uint64_t rows,
                                              uint64_t blocks_per_row);

} // namespace fp4
