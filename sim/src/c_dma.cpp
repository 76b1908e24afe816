#include "c_dma.hpp"

#include <algorithm>

#include "memory.hpp"

namespace fp4::sim {

CDma::CDma(const sc_core::sc_module_name& name) : sc_module(name), socket("socket"), rows("rows", 64) {
    SC_HAS_PROCESS(CDma);
    SC_THREAD(run);
}

void CDma::start(uint64_t address, TileGrid grid) {
    address_ = address;
    grid_ = grid;
    started_.notify(sc_core::SC_ZERO_TIME);
}

void CDma::run() {
    for (;;) {
        wait(started_);
        for (uint32_t tile = 0; tile < grid_.tiles(); ++tile) {
            const uint64_t first_row = uint64_t{grid_.row_tile(tile)} * grid_.array.rows, first_col = uint64_t{grid_.col_tile(tile)} * grid_.array.cols;
            sc_core::sc_time until_complete = sc_core::SC_ZERO_TIME;
            std::vector<RowBeat> beats(grid_.array.rows);
            for (uint32_t r = 0; r < grid_.array.rows; ++r) {
                beats[r] = {tile, r + 1 == grid_.array.rows, std::vector<uint32_t>(grid_.array.cols)};
                if (first_row + r >= grid_.m) continue;
                const uint64_t columns = std::min<uint64_t>(grid_.array.cols, grid_.n - first_col);
                const std::span bytes(reinterpret_cast<uint8_t*>(beats[r].values.data()), columns * sizeof(uint32_t));
                until_complete = transfer(socket, tlm::TLM_READ_COMMAND, address_ + ((first_row + r) * grid_.n + first_col) * sizeof(uint32_t), bytes);
            }
            wait(until_complete);
            for (RowBeat& beat : beats) rows.write(beat);
        }
    }
}

} // namespace fp4::sim
