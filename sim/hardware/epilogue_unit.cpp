#include "epilogue_unit.hpp"

#include <cstring>

#include "memory.hpp"
#include "native_epilogue.hpp"

namespace fp4::sim {

EpilogueUnit::EpilogueUnit(const sc_core::sc_module_name& name, sc_core::sc_time clock_period)
    : sc_module(name), socket("socket"), rows("rows", 4), clock_period_(clock_period) {
    SC_HAS_PROCESS(EpilogueUnit);
    SC_THREAD(run);
}

void EpilogueUnit::start(const Job& job) {
    job_ = job;
    received_ = {};
    received_.d.resize(job.grid.m * job.grid.n);
    started_.notify(sc_core::SC_ZERO_TIME);
}

void EpilogueUnit::run() {
    for (;;) {
        wait(started_);
        for (uint32_t tile = 0; tile < job_.grid.tiles(); ++tile)
            for (uint32_t row = 0; row < job_.grid.array.rows; ++row) {
                const RowBeat beat = rows.read();
                if (beat.tag != tile) received_.wrong_tags.push_back({tile, row, beat.tag});
                take(tile, row, beat);
                wait(clock_period_);
            }
        done.notify(sc_core::SC_ZERO_TIME);
    }
}

void EpilogueUnit::take(uint32_t tile, uint32_t row, const RowBeat& beat) {
    const TileGrid& grid = job_.grid;
    const uint64_t m = grid.output_row(tile, row), first_n = grid.output_col(tile, 0);
    if (m >= grid.m) return;
    const auto element_bytes = static_cast<uint64_t>(spec_of(job_.type).bytes);
    const auto scale_of = [](std::span<const Fp32> scales, uint64_t i) {
        return scales[scales.size() == 1 ? 0 : i].to_float();
    };
    std::vector<uint8_t> bytes;
    for (uint32_t col = 0; col < grid.array.cols && first_n + col < grid.n; ++col) {
        const uint32_t d = beat.values[col];
        received_.d[m * grid.n + first_n + col] = {d};
        ++received_.count;
        const uint32_t out = native_epilogue(d, scale_of(job_.a_scales, m),
                                             scale_of(job_.b_scales, first_n + col), job_.type);
        bytes.resize(bytes.size() + element_bytes);
        std::memcpy(bytes.data() + bytes.size() - element_bytes, &out, element_bytes);
    }
    wait(transfer(socket, tlm::TLM_WRITE_COMMAND,
                  job_.address + (m * grid.n + first_n) * element_bytes, bytes));
}

} // namespace fp4::sim
