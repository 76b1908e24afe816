// Where the tensors of one op lie in memory, and how its outputs fall into tiles.
#pragma once
#include <cstdint>

#include "fp4/traces/trace.hpp"
#include "rtl_core.hpp"

namespace fp4::sim {

// Tiles are walked down the rows of D first: the weights of a column of tiles are fetched once.
struct TileGrid {
    uint64_t m, n;
    CoreShape array;

    uint32_t row_tiles() const { return static_cast<uint32_t>((m + array.rows - 1) / array.rows); }
    uint32_t col_tiles() const { return static_cast<uint32_t>((n + array.cols - 1) / array.cols); }
    uint32_t tiles() const { return row_tiles() * col_tiles(); }
    uint32_t row_tile(uint32_t tile) const { return tile % row_tiles(); }
    uint32_t col_tile(uint32_t tile) const { return tile / row_tiles(); }
};

// Byte addresses; every region starts on a 64-byte line.
struct OpLayout {
    struct Operand {
        uint64_t codes, scales;
    } a, b;
    uint64_t c, out;
    uint64_t bytes; // in all

    OpLayout(const traces::TraceOp& op, bool use_c, uint64_t out_bytes_per_element) {
        uint64_t next = 0;
        const auto place = [&](uint64_t size) {
            const uint64_t at = next;
            next = (next + size + 63) / 64 * 64;
            return at;
        };
        a.codes = place(op.a.codes.size());
        a.scales = place(op.a.scales.size());
        b.codes = place(op.b.codes.size());
        b.scales = place(op.b.scales.size());
        c = place(use_c ? op.m() * op.n() * sizeof(Fp32) : 0);
        out = place(op.m() * op.n() * out_bytes_per_element);
        bytes = next;
    }
};

} // namespace fp4::sim
