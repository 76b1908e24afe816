// Fetches operand panels from memory into a panel buffer, in a planned order, as fast as buffer and
// bus allow. Requests for the next panel go out while the last one is still under way, so the read
// latency delays the first panel only.
#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <vector>

#include "fp4/formats/packed_tensor.hpp"
#include "panel_buffer.hpp"

namespace fp4::sim {

class OperandDma : public sc_core::sc_module {
  public:
    tlm_utils::simple_initiator_socket<OperandDma> socket;

    OperandDma(const sc_core::sc_module_name& name, PanelBuffer& buffer, uint32_t panel_rows,
               size_t record_bytes, sc_core::sc_time read_latency);

    struct Job {
        uint64_t codes_address, scales_address;
        uint64_t rows, k; // of the whole tensor
        Format format;
        std::vector<uint32_t> sequence; // panel indices in the order they will be used
    };
    void start(Job job);

  private:
    void run();
    void fetch(uint32_t index);

    PanelBuffer& buffer_;
    uint32_t panel_rows_;
    size_t record_bytes_; // in panels
    sc_core::sc_time read_latency_;
    Job job_;
    sc_core::sc_event started_;
};

} // namespace fp4::sim
