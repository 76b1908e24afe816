// Takes D rows from the tensor core, scales and narrows them, and writes them to memory; one row
// per cycle, slower when the bus is busy.
#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include <span>
#include <systemc>

#include "fp4/arithmetic/epilogue.hpp"
#include "row_beat.hpp"
#include "tile_grid.hpp"

namespace fp4::sim {

// What has come out of the tensor core in one op.
struct ReceivedOutputs {
    std::vector<Fp32> d;              // raw outputs, M * N; +0 where none has come
    uint64_t count = 0;               // of those that have, in the order of tiles and their rows
    std::vector<WrongTag> wrong_tags; // in the same order
};

class EpilogueUnit : public sc_core::sc_module {
  public:
    tlm_utils::simple_initiator_socket<EpilogueUnit> socket;
    sc_core::sc_fifo<RowBeat> rows;
    sc_core::sc_event done; // the last row of the op is in memory

    EpilogueUnit(const sc_core::sc_module_name& name, sc_core::sc_time clock_period);

    struct Job {
        TileGrid grid;
        uint64_t address;
        std::span<const Fp32> a_scales, b_scales; // one, or one for each row and column of D;
                                                  // they outlive the op
        OutputType type;
    };
    void start(const Job& job);
    ReceivedOutputs take_received() { return std::move(received_); }

  private:
    void run();
    void take(uint32_t tile, uint32_t row, const RowBeat& beat);

    sc_core::sc_time clock_period_;
    Job job_{};
    ReceivedOutputs received_;
    sc_core::sc_event started_;
};

} // namespace fp4::sim
