// Fragments of m16n8k64 tiles, one row or column per line:
//   TILE t A row codes scales | TILE t B col codes scales | TILE t C row 8 x binary32 | TILE t D
//   row 8 x binary32
// An output is checked where its row of A, column of B and rows of C and D are there.
#pragma once
#include <functional>
#include <map>

#include "op.hpp"

namespace fp4::vec {

inline constexpr int tile_rows = 16, tile_columns = 8;
inline constexpr int max_tile = 1023; // largest t

class TileLines {
  public:
    // The words of one line, "TILE" first. Errors: anything else than the lines above, a row that
    // was there before.
    Status add(const VectorConfig& config, std::span<const std::string_view> words);

    // Calls on_output(tile, row, column, words of an mma line with D as found) for every output
    // that can be checked, then forgets all lines.
    void
    take(const std::function<void(int tile, int row, int column, const Words& words)>& on_output);

  private:
    struct Operand {
        std::string codes, scales;
    };
    struct Tile {
        std::map<int, Operand> a, b;
        std::map<int, Words> c, d;
    };
    std::map<int, Tile> tiles_;
};

} // namespace fp4::vec
