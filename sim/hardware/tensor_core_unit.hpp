// The tensor core in its clock domain: feeds the RTL core beats, C rows and ready, takes its D
// rows, once per cycle.
#pragma once
#include <functional>
#include <systemc>

#include "panel_buffer.hpp"
#include "row_beat.hpp"
#include "rtl_core.hpp"
#include "tile_grid.hpp"

namespace fp4::sim {

class TensorCoreUnit : public sc_core::sc_module {
  public:
    struct Ports {
        PanelBuffer& a;
        PanelBuffer& b;
        sc_core::sc_fifo<RowBeat>& c;
        sc_core::sc_fifo<RowBeat>& d;
    };
    TensorCoreUnit(const sc_core::sc_module_name& name, RtlCore& core, Ports ports,
                   sc_core::sc_time clock_period);

    struct Job {
        TileGrid grid;
        uint64_t k = 0;
        OperandFormat a, b;
        bool use_c = false;
        bool keep_a = false; // all panels of A stay in their buffer for the whole op
    };
    void start(const Job& job); // also resets the core
    void stop() { running_ = false; }

    struct Counters {
        uint64_t cycles = 0;       // since start
        uint64_t beats = 0;        // operand beats taken
        uint64_t stuck_cycles = 0; // in a row: something was offered and nothing moved
    };
    const Counters& counters() const { return counters_; }
    uint32_t tile() const { return tile_; }

    std::function<void()>
        before_cycle; // may be empty; called with counters and tile of the cycle to come

  private:
    void tick();
    void offer_operands();
    void operands_taken();

    RtlCore& core_;
    Ports ports_;
    sc_core::sc_time clock_period_;
    sc_core::sc_event started_;
    Job job_;
    bool running_ = false;
    uint32_t tile_ = 0;
    uint64_t beat_ = 0;
    Counters counters_;
    RowBeat c_row_;
    bool has_c_row_ = false;
    CoreInputs inputs_;
    CoreOutputs outputs_;
};

} // namespace fp4::sim
