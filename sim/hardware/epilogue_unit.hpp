// Takes D rows from the tensor core, scales and narrows them, and writes them to memory; one row
// per cycle, slower when the bus is busy.
#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>

#include "checker.hpp"
#include "op_layout.hpp"
#include "row_beat.hpp"

namespace fp4::sim {

class EpilogueUnit : public sc_core::sc_module {
  public:
    tlm_utils::simple_initiator_socket<EpilogueUnit> socket;
    sc_core::sc_fifo<RowBeat> rows;
    sc_core::sc_event done; // the last row of the op is in memory

    EpilogueUnit(const sc_core::sc_module_name& name, Checker& checker,
                 sc_core::sc_time clock_period);

    struct Job {
        TileGrid grid;
        uint64_t address;
        float a_tensor_scale, b_tensor_scale;
        OutputType type;
        std::vector<Fp32>* d; // receives the raw outputs, M * N
    };
    void start(const Job& job);

  private:
    void run();
    void take(uint32_t tile, uint32_t row, const RowBeat& beat);

    Checker& checker_;
    sc_core::sc_time clock_period_;
    Job job_{};
    sc_core::sc_event started_;
};

} // namespace fp4::sim
