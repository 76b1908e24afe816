// One row of a tile on its way into (C) or out of (D) the tensor core.
#pragma once
#include <cstdint>
#include <ostream>
#include <systemc>
#include <vector>

namespace fp4::sim {

struct RowBeat {
    uint32_t tag = 0;
    bool last = false;
    std::vector<uint32_t> values; // binary32 patterns, one per array column
    sc_core::sc_time ready_at;    // not before

    friend std::ostream& operator<<(std::ostream& out, const RowBeat& beat) {
        return out << "row of tile " << beat.tag;
    } // for sc_fifo
};

} // namespace fp4::sim
