#include "c_dma.hpp"

#include <algorithm>

#include "memory.hpp"

namespace fp4::sim {

CDma::CDma(const sc_core::sc_module_name& name, sc_core::sc_time read_latency)
    : sc_module(name), socket("socket"), rows("rows", 64), read_latency_(read_latency) {
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
            const uint64_t first_row = grid_.output_row(tile, 0),
                           first_col = grid_.output_col(tile, 0);
            for (uint32_t r = 0; r < grid_.array.rows; ++r) {
                RowBeat beat{tile, r + 1 == grid_.array.rows,
                             std::vector<uint32_t>(grid_.array.cols), sc_core::SC_ZERO_TIME};
                sc_core::sc_time until_complete = read_latency_;
                if (first_row + r < grid_.m) {
                    const uint64_t columns =
                        std::min<uint64_t>(grid_.array.cols, grid_.n - first_col);
                    const std::span bytes(reinterpret_cast<uint8_t*>(beat.values.data()),
                                          columns * sizeof(uint32_t));
                    until_complete = transfer(socket, tlm::TLM_READ_COMMAND,
                                              address_ + ((first_row + r) * grid_.n + first_col) *
                                                             sizeof(uint32_t),
                                              bytes);
                }
                beat.ready_at = sc_core::sc_time_stamp() + until_complete;
                rows.write(beat);
                wait(until_complete - read_latency_);
            }
        }
    }
}

} // namespace fp4::sim
