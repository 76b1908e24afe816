#include "system.hpp"

#include <fmt/format.h>

#include <cstring>

#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

uint64_t panel_bytes(uint64_t rows, const PackedTensor& t) {
    return rows * (t.code_bytes_per_row() + t.scale_bytes_per_row());
}

// Panels in the order the tiles need them.
std::vector<uint32_t> panel_sequence(uint32_t panels, uint32_t repeats) {
    std::vector<uint32_t> sequence;
    for (uint32_t i = 0; i < repeats; ++i)
        for (uint32_t panel = 0; panel < panels; ++panel) sequence.push_back(panel);
    return sequence;
}

} // namespace

Status check_buffers(const HardwareConfig& config, const traces::TraceOp& op) {
    const auto check = [&](const char* key, uint64_t have, uint64_t need) -> Status {
        if (have >= need) return Done{};
        return Error{
            ErrorCode::bad_argument,
            fmt::format(
                "config {}: key buffers.{}: op {} needs at least {} for one panel, found {}",
                config.name, key, op.name, need, have)};
    };
    FP4_TRY(check("a_bytes", config.a_buffer_bytes, panel_bytes(config.array_rows, op.a)));
    return check("b_bytes", config.b_buffer_bytes, panel_bytes(config.array_cols, op.b));
}

System::System(const sc_core::sc_module_name& name, const HardwareConfig& config, RtlCore& core)
    : sc_module(name), config_(config), clock_period_(1e6 / config.clock_mhz, sc_core::SC_PS),
      read_latency_(clock_period_ * config.memory_latency_cycles),
      memory_("memory", clock_period_ / config.memory_bytes_per_cycle, read_latency_),
      a_dma_("a_dma", a_buffer_, config.array_rows, core.record_bytes(), read_latency_),
      b_dma_("b_dma", b_buffer_, config.array_cols, core.record_bytes(), read_latency_),
      c_dma_("c_dma", read_latency_), epilogue_("epilogue", clock_period_),
      tensor_core_("tensor_core", core, {a_buffer_, b_buffer_, c_dma_.rows, epilogue_.rows},
                   clock_period_) {
    a_dma_.socket.bind(memory_.socket);
    b_dma_.socket.bind(memory_.socket);
    c_dma_.socket.bind(memory_.socket);
    epilogue_.socket.bind(memory_.socket);
}

void System::start(const traces::TraceOp& op, std::span<const Fp32> c, OutputType out_type) {
    outputs_ = op.m() * op.n();
    output_bytes_ = static_cast<uint64_t>(spec_of(out_type).bytes);
    layout_ = OpLayout(op, !c.empty(), output_bytes_);
    memory_.resize(layout_.bytes);
    memory_.load(layout_.a.codes, std::as_bytes(std::span(op.a.codes)));
    memory_.load(layout_.a.scales, std::as_bytes(std::span(op.a.scales)));
    memory_.load(layout_.b.codes, std::as_bytes(std::span(op.b.codes)));
    memory_.load(layout_.b.scales, std::as_bytes(std::span(op.b.scales)));
    memory_.load(layout_.c, std::as_bytes(c));
    read_before_ = memory_.bytes_read();
    written_before_ = memory_.bytes_written();

    const TileGrid tiles = grid(op);
    const uint64_t a_panels = config_.a_buffer_bytes / panel_bytes(config_.array_rows, op.a);
    const bool keep_a = tiles.row_tiles() <= a_panels;
    a_buffer_.reset(a_panels);
    b_buffer_.reset(config_.b_buffer_bytes / panel_bytes(config_.array_cols, op.b));

    a_dma_.start({layout_.a.codes, layout_.a.scales, op.m(), op.k(), op.a.format,
                  panel_sequence(tiles.row_tiles(), keep_a ? 1 : tiles.col_tiles())});
    b_dma_.start({layout_.b.codes, layout_.b.scales, op.n(), op.k(), op.b.format,
                  panel_sequence(tiles.col_tiles(), 1)});
    if (!c.empty()) c_dma_.start(layout_.c, tiles);
    epilogue_.start({tiles, layout_.out, op.a.outer_scales(), op.b.outer_scales(), out_type});
    tensor_core_.start({tiles, op.k(), op.a, op.b, !c.empty(), keep_a});
}

std::vector<uint32_t> System::outputs_in_memory() const {
    const auto written = memory_.view(layout_.out, outputs_ * output_bytes_);
    std::vector<uint32_t> words(outputs_);
    for (size_t i = 0; i < words.size(); ++i)
        std::memcpy(&words[i], written.data() + i * output_bytes_, output_bytes_);
    return words;
}

} // namespace fp4::sim
