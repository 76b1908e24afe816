// How the outputs of an op fall into tiles.
#pragma once
#include <cstdint>

#include "rtl_core.hpp"

namespace fp4::sim {

// m x n outputs cut into tiles of the array's shape. Tiles are walked down the rows of D first: the
// weights of a column of tiles are fetched once. Dimensions of the array are positive.
struct TileGrid {
    uint64_t m, n;
    CoreShape array;

    uint32_t row_tiles() const { return static_cast<uint32_t>((m + array.rows - 1) / array.rows); }
    uint32_t col_tiles() const { return static_cast<uint32_t>((n + array.cols - 1) / array.cols); }
    uint32_t tiles() const { return row_tiles() * col_tiles(); }
    uint32_t row_tile(uint32_t tile) const { return tile % row_tiles(); }
    uint32_t col_tile(uint32_t tile) const { return tile / row_tiles(); }

    // Of an element of a tile, the row and column of D. Beyond m and n in a tile on the edge.
    uint64_t output_row(uint32_t tile, uint32_t row) const {
        return uint64_t{row_tile(tile)} * array.rows + row;
    }
    uint64_t output_col(uint32_t tile, uint32_t col) const {
        return uint64_t{col_tile(tile)} * array.cols + col;
    }

    struct Place {
        uint32_t tile, row, col; // row and column within the tile
    };
    // Of an index into the row-major m x n outputs.
    Place place_of(uint64_t index) const {
        const uint64_t row = index / n, col = index % n;
        return {static_cast<uint32_t>(col / array.cols * row_tiles() + row / array.rows),
                static_cast<uint32_t>(row % array.rows), static_cast<uint32_t>(col % array.cols)};
    }
};

// A row of a tile that came out under the tag of another tile.
struct WrongTag {
    uint32_t tile, row, tag;
};

} // namespace fp4::sim
