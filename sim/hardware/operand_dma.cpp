#include "operand_dma.hpp"

#include <algorithm>
#include <cstring>

#include "memory.hpp"

namespace fp4::sim {

OperandDma::OperandDma(const sc_core::sc_module_name& name, PanelBuffer& buffer,
                       uint32_t panel_rows, size_t record_bytes, sc_core::sc_time read_latency)
    : sc_module(name), socket("socket"), buffer_(buffer), panel_rows_(panel_rows),
      record_bytes_(record_bytes), read_latency_(read_latency) {
    SC_HAS_PROCESS(OperandDma);
    SC_THREAD(run);
}

void OperandDma::start(Job job) {
    job_ = std::move(job);
    started_.notify(sc_core::SC_ZERO_TIME);
}

void OperandDma::run() {
    for (;;) {
        wait(started_);
        for (uint32_t index : job_.sequence) {
            while (buffer_.full()) wait(buffer_.freed);
            fetch(index);
        }
    }
}

// Row by row, so that other initiators get their turns on the bus. Every beat has the record of its
// block. Rows beyond the tensor are zero codes under zero records.
void OperandDma::fetch(uint32_t index) {
    const FormatSpec& spec = spec_of(job_.format);
    const auto block = static_cast<uint64_t>(spec.block);
    const auto scale_bytes = static_cast<uint64_t>(spec.scale_bytes());
    const uint64_t beats = job_.k / dot_lanes;
    Panel panel{index,
                {},
                std::vector<uint8_t>(beats * panel_rows_ * 8),
                std::vector<uint8_t>(beats * panel_rows_ * record_bytes_)};
    std::vector<uint8_t> codes(job_.k / 2), records(job_.k / block * scale_bytes);
    panel.ready_at = sc_core::sc_time_stamp();
    for (uint64_t r = 0; r < panel_rows_; ++r) {
        const uint64_t row = uint64_t{index} * panel_rows_ + r;
        if (row >= job_.rows) break;
        transfer(socket, tlm::TLM_READ_COMMAND, job_.codes_address + row * codes.size(), codes);
        const sc_core::sc_time until_complete = transfer(
            socket, tlm::TLM_READ_COMMAND, job_.scales_address + row * records.size(), records);
        for (uint64_t beat = 0; beat < beats; ++beat) {
            std::memcpy(&panel.codes[(beat * panel_rows_ + r) * 8], &codes[beat * 8], 8);
            std::memcpy(&panel.scales[(beat * panel_rows_ + r) * record_bytes_],
                        &records[beat * dot_lanes / block * scale_bytes], scale_bytes);
        }
        panel.ready_at = sc_core::sc_time_stamp() + until_complete;
        wait(until_complete - read_latency_);
    }
    buffer_.push(std::move(panel));
}

} // namespace fp4::sim
