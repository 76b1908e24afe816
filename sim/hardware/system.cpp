#include "system.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <numeric>

#include "fp4/gemm.hpp"
#include "fp4/try.hpp"

namespace fp4::sim {
namespace {

// A core that neither takes nor gives anything for this long, with work on its ports, has stopped.
constexpr uint64_t hang_cycles = 10'000;

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

uint64_t panel_bytes(uint64_t rows, uint64_t k) { return rows * (k / 2 + k / dot_lanes); }

// Panels in the order the tiles need them.
std::vector<uint32_t> panel_sequence(uint32_t panels, uint32_t repeats) {
    std::vector<uint32_t> sequence;
    for (uint32_t i = 0; i < repeats; ++i)
        for (uint32_t panel = 0; panel < panels; ++panel) sequence.push_back(panel);
    return sequence;
}

} // namespace

Status check_buffers(const HardwareConfig& config, const traces::Trace& trace) {
    const auto check = [&](const std::string& op, const char* key, uint64_t have,
                           uint64_t need) -> Status {
        if (have >= need) return Done{};
        return Error{
            ErrorCode::bad_argument,
            fmt::format(
                "config {}: key buffers.{}: op {} needs at least {} for one panel, found {}",
                config.name, key, op, need, have)};
    };
    for (const auto& op : trace.ops) {
        FP4_TRY(check(op.name, "a_bytes", config.a_buffer_bytes,
                      panel_bytes(config.array_rows, op.k())));
        FP4_TRY(check(op.name, "b_bytes", config.b_buffer_bytes,
                      panel_bytes(config.array_cols, op.k())));
    }
    return Done{};
}

System::System(const sc_core::sc_module_name& name, const HardwareConfig& config, RtlCore& core,
               const SystemJob& job)
    : sc_module(name), config_(config), job_(job),
      clock_period_(1e6 / config.clock_mhz, sc_core::SC_PS),
      read_latency_(clock_period_ * config.memory_latency_cycles), core_(core),
      memory_("memory", clock_period_ / config.memory_bytes_per_cycle, read_latency_),
      a_dma_("a_dma", a_buffer_, config.array_rows, read_latency_),
      b_dma_("b_dma", b_buffer_, config.array_cols, read_latency_), c_dma_("c_dma", read_latency_),
      epilogue_("epilogue", checker_, clock_period_),
      tensor_core_("tensor_core", core, {a_buffer_, b_buffer_, c_dma_.rows, epilogue_.rows},
                   clock_period_) {
    a_dma_.socket.bind(memory_.socket);
    b_dma_.socket.bind(memory_.socket);
    c_dma_.socket.bind(memory_.socket);
    epilogue_.socket.bind(memory_.socket);
    SC_HAS_PROCESS(System);
    SC_THREAD(control);
}

void System::control() {
    for (size_t i = 0; i < job_.trace.ops.size(); ++i) {
        results_.push_back(run_op(i));
        if (!hang_.empty() || job_.interrupted()) break;
    }
    core_.close_waveform();
    sc_core::sc_stop();
}

void System::watch(size_t index, double started_s) {
    const auto& counters = tensor_core_.counters();
    if (const auto& window = job_.waveform; window && window->op == job_.trace.ops[index].name) {
        if (waveform_end_ == 0 && tensor_core_.tile() == window->tile) {
            waveform_end_ = counters.cycles + window->cycles;
            waveform_failed_ = !core_.open_waveform(window->path.c_str(), 1000 / config_.clock_mhz);
        } else if (counters.cycles == waveform_end_) {
            core_.close_waveform();
        }
    }
    if (counters.cycles % 8192 == 8191) {
        if (job_.progress)
            job_.progress(index,
                          counters.beats * config_.array_rows * config_.array_cols * dot_lanes,
                          seconds_now() - started_s);
        if (job_.interrupted()) gave_up_.notify();
    }
    if (counters.stuck_cycles == hang_cycles) {
        hang_ = fmt::format("op {} tile {}: the core neither took nor gave anything for {} cycles",
                            job_.trace.ops[index].name, tensor_core_.tile(), hang_cycles);
        gave_up_.notify();
    }
}

OpResult System::run_op(size_t index) {
    const traces::TraceOp& op = job_.trace.ops[index];
    const TileGrid grid{op.m(), op.n(), {config_.array_rows, config_.array_cols}};
    const auto out_bytes = static_cast<uint64_t>(spec_of(job_.out_type).bytes);
    OpResult result{.name = op.name, .m = op.m(), .n = op.n(), .k = op.k()};

    const std::vector<Fp32> c = job_.c_of(op);
    const double golden_started = seconds_now();
    const auto expected_d = gemm_reference(op.a, op.b, c, job_.arithmetic);
    sc_assert(expected_d); // shapes and bounds were checked before the simulation began
    std::vector<uint32_t> expected_out(expected_d->size());
    for (size_t i = 0; i < expected_out.size(); ++i)
        expected_out[i] =
            epilogue((*expected_d)[i], op.a.tensor_scale, op.b.tensor_scale, job_.out_type);
    result.golden_s = seconds_now() - golden_started;

    const OpLayout layout(op, !c.empty(), out_bytes);
    memory_.resize(layout.bytes);
    memory_.load(layout.a.codes, std::as_bytes(std::span(op.a.codes)));
    memory_.load(layout.a.scales, std::as_bytes(std::span(op.a.scales)));
    memory_.load(layout.b.codes, std::as_bytes(std::span(op.b.codes)));
    memory_.load(layout.b.scales, std::as_bytes(std::span(op.b.scales)));
    memory_.load(layout.c, std::as_bytes(std::span(c)));

    const uint64_t a_panels = config_.a_buffer_bytes / panel_bytes(config_.array_rows, op.k());
    const bool keep_a = grid.row_tiles() <= a_panels;
    a_buffer_.reset(a_panels);
    b_buffer_.reset(config_.b_buffer_bytes / panel_bytes(config_.array_cols, op.k()));
    checker_.start(grid, *expected_d, std::move(expected_out));
    result.d.resize(op.m() * op.n());

    const double started = seconds_now();
    const uint64_t read_before = memory_.bytes_read(), written_before = memory_.bytes_written();
    a_dma_.start({layout.a.codes, layout.a.scales, op.m(), op.k(),
                  panel_sequence(grid.row_tiles(), keep_a ? 1 : grid.col_tiles())});
    b_dma_.start(
        {layout.b.codes, layout.b.scales, op.n(), op.k(), panel_sequence(grid.col_tiles(), 1)});
    if (!c.empty()) c_dma_.start(layout.c, grid);
    epilogue_.start({grid, layout.out, op.a.tensor_scale.to_float(), op.b.tensor_scale.to_float(),
                     job_.out_type, &result.d});
    tensor_core_.before_cycle = [this, index, started] { watch(index, started); };
    tensor_core_.start(
        {grid, op.k(), op.a.format, op.b.format, op.a.specials, op.b.specials, !c.empty(), keep_a});
    wait(epilogue_.done | gave_up_);
    tensor_core_.stop();
    result.wall_s = seconds_now() - started;

    result.hang = hang_;
    if (hang_.empty() && !job_.interrupted()) {
        const auto written = memory_.view(layout.out, op.m() * op.n() * out_bytes);
        result.out.assign(op.m() * op.n(), 0);
        for (size_t i = 0; i < result.out.size(); ++i)
            std::memcpy(&result.out[i], written.data() + i * out_bytes, out_bytes);
        checker_.check_out(result.out);
        if (job_.check_trace_d) checker_.check_trace_d(result.d, op.d);
    }
    result.cycles = tensor_core_.counters().cycles;
    result.utilization = static_cast<double>(tensor_core_.counters().beats) /
                         static_cast<double>(std::max<uint64_t>(result.cycles, 1));
    result.bytes_read = memory_.bytes_read() - read_before;
    result.bytes_written = memory_.bytes_written() - written_before;
    result.outputs_checked = checker_.outputs_checked();
    result.mismatches = checker_.mismatches();
    result.first_mismatches = checker_.first_mismatches();
    return result;
}

} // namespace fp4::sim
