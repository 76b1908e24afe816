// On-chip operand and scale storage: whole-K panels of as many rows as the array has, laid out beat
// by beat.
#pragma once
#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

namespace fp4::sim {

// Codes and scale records of `rows` rows, as the core takes them: beat kb reads rows * 8 bytes at
// codes[kb * rows * 8] and rows records at scales[kb * rows * record_bytes].
struct Panel {
    uint32_t index;
    sc_core::sc_time ready_at; // when the last byte has arrived
    std::vector<uint8_t> codes;
    std::vector<uint8_t> scales;
};

class PanelBuffer {
  public:
    explicit PanelBuffer(const char* freed_name) : freed(freed_name) {}

    // Empties the buffer and sets how many panels fit.
    void reset(uint64_t panels) {
        panels_.clear();
        capacity_ = panels;
    }

    bool full() const { return panels_.size() >= capacity_; }
    void push(Panel panel) { panels_.push_back(std::move(panel)); }
    // The panel, once it has arrived.
    const Panel* find(uint32_t index) const {
        for (const Panel& panel : panels_)
            if (panel.index == index)
                return panel.ready_at <= sc_core::sc_time_stamp() ? &panel : nullptr;
        return nullptr;
    }
    void release(uint32_t index) {
        std::erase_if(panels_, [&](const Panel& panel) { return panel.index == index; });
        freed.notify(sc_core::SC_ZERO_TIME);
    }

    sc_core::sc_event freed;

  private:
    std::deque<Panel> panels_; // references stay valid while others come
    uint64_t capacity_ = 0;
};

} // namespace fp4::sim
