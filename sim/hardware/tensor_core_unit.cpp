#include "tensor_core_unit.hpp"

namespace fp4::sim {

TensorCoreUnit::TensorCoreUnit(const sc_core::sc_module_name& name, RtlCore& core, Ports ports,
                               sc_core::sc_time clock_period)
    : sc_module(name), core_(core), ports_(ports), clock_period_(clock_period) {
    SC_HAS_PROCESS(TensorCoreUnit);
    SC_METHOD(tick);
    sensitive << started_;
    dont_initialize();
}

void TensorCoreUnit::start(const Job& job) {
    job_ = job;
    tile_ = 0;
    beat_ = 0;
    counters_ = {};
    has_c_row_ = false;
    inputs_ = {};
    inputs_.reset = true;
    core_.cycle(inputs_, outputs_);
    inputs_.reset = false;
    inputs_.k_use_c = job.use_c;
    inputs_.a = {job.a, nullptr, nullptr};
    inputs_.b = {job.b, nullptr, nullptr};
    running_ = true;
    started_.notify(clock_period_);
}

void TensorCoreUnit::offer_operands() {
    inputs_.k_valid = false;
    if (tile_ == job_.grid.tiles()) return;
    const Panel* a = ports_.a.find(job_.grid.row_tile(tile_));
    const Panel* b = ports_.b.find(job_.grid.col_tile(tile_));
    if (!a || !b) return;
    inputs_.k_valid = true;
    inputs_.k_last = beat_ + 1 == job_.k / dot_lanes;
    inputs_.k_tag = tile_;
    inputs_.a.codes = &a->codes[beat_ * job_.grid.array.rows * 8];
    inputs_.a.scales = &a->scales[beat_ * job_.grid.array.rows * core_.record_bytes()];
    inputs_.b.codes = &b->codes[beat_ * job_.grid.array.cols * 8];
    inputs_.b.scales = &b->scales[beat_ * job_.grid.array.cols * core_.record_bytes()];
}

void TensorCoreUnit::operands_taken() {
    ++counters_.beats;
    if (!inputs_.k_last) {
        ++beat_;
        return;
    }
    beat_ = 0;
    const uint32_t row_tile = job_.grid.row_tile(tile_);
    if (!job_.keep_a) ports_.a.release(row_tile);
    if (row_tile + 1 == job_.grid.row_tiles()) ports_.b.release(job_.grid.col_tile(tile_));
    ++tile_;
}

void TensorCoreUnit::tick() {
    if (!running_) return;
    if (before_cycle) before_cycle();

    offer_operands();
    if (!has_c_row_) has_c_row_ = ports_.c.nb_read(c_row_);
    inputs_.c_valid = has_c_row_ && c_row_.ready_at <= sc_core::sc_time_stamp();
    inputs_.c = c_row_.values.data();
    inputs_.d_ready = ports_.d.num_free() > 0;

    core_.cycle(inputs_, outputs_);
    ++counters_.cycles;

    const bool k_moved = inputs_.k_valid && outputs_.k_ready;
    const bool c_moved = inputs_.c_valid && outputs_.c_ready;
    const bool d_moved = outputs_.d_valid && inputs_.d_ready;
    if (k_moved) operands_taken();
    if (c_moved) has_c_row_ = false;
    if (d_moved)
        ports_.d.nb_write({outputs_.d_tag, outputs_.d_last, outputs_.d, sc_core::sc_time_stamp()});

    const bool waiting_for_core = inputs_.k_valid || tile_ == job_.grid.tiles();
    counters_.stuck_cycles = !waiting_for_core || k_moved || c_moved || d_moved || !inputs_.d_ready
                                 ? 0
                                 : counters_.stuck_cycles + 1;
    next_trigger(clock_period_);
}

} // namespace fp4::sim
