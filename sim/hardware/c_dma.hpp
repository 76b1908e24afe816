// Fetches the C input of a tile row by row, ahead of the tensor core.
#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>

#include "row_beat.hpp"
#include "tile_grid.hpp"

namespace fp4::sim {

class CDma : public sc_core::sc_module {
  public:
    tlm_utils::simple_initiator_socket<CDma> socket;
    sc_core::sc_fifo<RowBeat> rows;

    CDma(const sc_core::sc_module_name& name, sc_core::sc_time read_latency);
    void start(uint64_t address, TileGrid grid);

  private:
    void run();

    sc_core::sc_time read_latency_;
    uint64_t address_ = 0;
    TileGrid grid_{};
    sc_core::sc_event started_;
};

} // namespace fp4::sim
