#include "operand_dma.hpp"

#include <algorithm>
#include <cstring>

#include "memory.hpp"

namespace fp4::sim {

OperandDma::OperandDma(const sc_core::sc_module_name& name, PanelBuffer& buffer, uint32_t panel_rows)
    : sc_module(name), socket("socket"), buffer_(buffer), panel_rows_(panel_rows) {
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
            buffer_.push(fetch(index));
        }
    }
}

// All rows are requested at once, so the latency is paid once per panel. Rows beyond the tensor are zero codes under zero scales.
Panel OperandDma::fetch(uint32_t index) {
    const uint64_t beats = job_.k / block_size, row_code_bytes = job_.k / 2;
    Panel panel{index, std::vector<uint8_t>(beats * panel_rows_ * 8), std::vector<uint8_t>(beats * panel_rows_)};
    std::vector<uint8_t> codes(row_code_bytes), scales(beats);
    sc_core::sc_time until_complete = sc_core::SC_ZERO_TIME;
    for (uint64_t r = 0; r < panel_rows_; ++r) {
        const uint64_t row = uint64_t{index} * panel_rows_ + r;
        if (row >= job_.rows) break;
        transfer(socket, tlm::TLM_READ_COMMAND, job_.codes_address + row * row_code_bytes, codes);
        until_complete = transfer(socket, tlm::TLM_READ_COMMAND, job_.scales_address + row * beats, scales);
        for (uint64_t beat = 0; beat < beats; ++beat) {
            std::memcpy(&panel.codes[(beat * panel_rows_ + r) * 8], &codes[beat * 8], 8);
            panel.scales[beat * panel_rows_ + r] = scales[beat];
        }
    }
    wait(until_complete);
    return panel;
}

} // namespace fp4::sim
