// A Verilated fp4_tensor_core behind RtlCore. Compiled once per array shape, arithmetic, set of
// formats and tracing choice, each into a library of its own.
#include <verilated.h>
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#endif
#if VM_COVERAGE
#include <verilated_cov.h>

#include <fstream>
#endif

#include <atomic>
#include <concepts>
#include <cstring>
#include <memory>

#include "Vfp4_tensor_core.h"
#include "rtl_core.hpp"

namespace fp4::sim {
namespace {

// Verilator makes a port an integer up to 64 bits and an array of 32-bit words beyond.
template <class Port>
void put(Port& port, const void* bytes, size_t count) {
    if constexpr (std::integral<Port>) {
        uint64_t word = 0;
        std::memcpy(&word, bytes, count);
        port = static_cast<Port>(word);
    } else {
        std::memcpy(port.data(), bytes, count);
    }
}

template <class Port>
void get(const Port& port, uint32_t* words, size_t count) {
    if constexpr (std::integral<Port>) {
        const uint64_t word = port;
        std::memcpy(words, &word, count * sizeof(uint32_t));
    } else {
        std::memcpy(words, port.data(), count * sizeof(uint32_t));
    }
}

constexpr size_t core_record_bytes = max_record_bytes(FP4_CORE_FORMATS);
constexpr size_t a_blocks = FP4_CORE_ROWS * FP4_CORE_BLOCKS_PER_CYCLE;
constexpr size_t b_blocks = FP4_CORE_COLS * FP4_CORE_BLOCKS_PER_CYCLE;

class VerilatedCore final : public RtlCore {
  public:
    VerilatedCore() : context_(std::make_unique<VerilatedContext>()) {
#if VM_TRACE_FST
        context_->traceEverOn(true);
#endif
        context_->randReset(FP4_CORE_RANDOM_START ? 2 : 0);
        static std::atomic<int> cores = 0;
        context_->randSeed(++cores); // every core of a process starts differently
#if VM_COVERAGE
        context_->coveragep()->forcePerInstance(true);
#endif
        context_->assertOn(false); // the state before the first reset is any
        Verilated::threadContextp(context_.get());
        top_ = std::make_unique<Vfp4_tensor_core>(context_.get(), "core");
    }
    ~VerilatedCore() override {
        close_waveform();
        top_->final();
        Verilated::threadContextp(
            context_.get()); // of which scopes take leave, not of the last core's
    }

    CoreShape shape() const override { return {FP4_CORE_ROWS, FP4_CORE_COLS}; }
    Arithmetic arithmetic() const override {
        Arithmetic arithmetic = arithmetic_profiles[FP4_CORE_PROFILE];
        arithmetic.name = FP4_CORE_ARITHMETIC;
#ifdef FP4_CORE_FRACTION_BITS
        arithmetic.steps.fraction_bits = FP4_CORE_FRACTION_BITS;
        arithmetic.rounding =
            FP4_CORE_NEAREST_EVEN ? Rounding::nearest_even : Rounding::toward_zero;
#endif
        return arithmetic;
    }
    FormatSet formats() const override { return FP4_CORE_FORMATS; }
    uint32_t blocks_per_cycle() const override { return FP4_CORE_BLOCKS_PER_CYCLE; }

    void cycle(const CoreInputs& in, CoreOutputs& out) override {
        top_->rst_ni = !in.reset;
        top_->k_valid_i = in.k_valid;
        if (in.k_valid) {
            top_->k_last_i = in.k_last;
            top_->k_use_c_i = in.k_use_c;
            top_->k_tag_i = in.k_tag;
            top_->a_format_i = static_cast<uint8_t>(in.a.format);
            top_->a_v1_halves_i = in.a.specials.v1_halves;
            top_->a_v2_halves_i = in.a.specials.v2_halves;
            top_->b_format_i = static_cast<uint8_t>(in.b.format);
            top_->b_v1_halves_i = in.b.specials.v1_halves;
            top_->b_v2_halves_i = in.b.specials.v2_halves;
            put(top_->a_codes_i, in.a.codes, a_blocks * 8);
            put(top_->a_scales_i, in.a.scales, a_blocks * core_record_bytes);
            put(top_->b_codes_i, in.b.codes, b_blocks * 8);
            put(top_->b_scales_i, in.b.scales, b_blocks * core_record_bytes);
        }
        top_->c_valid_i = in.c_valid;
        if (in.c_valid) put(top_->c_i, in.c, FP4_CORE_COLS * 4);
        top_->d_ready_i = in.d_ready;
        step(0);
        out.k_ready = top_->k_ready_o;
        out.c_ready = top_->c_ready_o;
        out.d_valid = top_->d_valid_o;
        if (out.d_valid) {
            out.d_last = top_->d_last_o;
            out.d_tag = top_->d_tag_o;
            out.d.resize(FP4_CORE_COLS);
            get(top_->d_o, out.d.data(), FP4_CORE_COLS);
        }
        step(1);
#if VM_COVERAGE
        // What registers held before the first reset is no state of the core.
        runs_ |= !in.reset;
        if (!runs_) context_->coveragep()->zero();
#endif
        if (in.reset) context_->assertOn(true);
    }

    bool open_waveform([[maybe_unused]] const char* path,
                       [[maybe_unused]] double clock_period_ns) override {
#if VM_TRACE_FST
        fst_ = std::make_unique<VerilatedFstC>();
        fst_->set_time_unit("ps");
        fst_->set_time_resolution("ps");
        top_->trace(fst_.get(), 99);
        half_period_ps_ = static_cast<uint64_t>(clock_period_ns * 500);
        fst_->open(path);
        return fst_->isOpen();
#else
        return false;
#endif
    }

    void close_waveform() override {
#if VM_TRACE_FST
        if (fst_) fst_->close();
        fst_.reset();
#endif
    }

    bool write_coverage([[maybe_unused]] const char* path) override {
#if VM_COVERAGE
        if (!std::ofstream(path)) return false; // Verilator would end the program
        context_->coveragep()->write(path);
        context_->coveragep()->zero();
        return true;
#else
        return false;
#endif
    }

  private:
    void step(uint8_t clock) {
        top_->clk_i = clock;
        top_->eval();
#if VM_TRACE_FST
        if (fst_) fst_->dump(half_steps_ * half_period_ps_);
        ++half_steps_;
#endif
    }

    std::unique_ptr<VerilatedContext> context_;
#if VM_COVERAGE
    bool runs_ = false;
#endif
    std::unique_ptr<Vfp4_tensor_core> top_;
#if VM_TRACE_FST
    std::unique_ptr<VerilatedFstC> fst_;
    uint64_t half_steps_ = 0;
    uint64_t half_period_ps_ = 500;
#endif
};

} // namespace
} // namespace fp4::sim

extern "C" __attribute__((visibility("default"))) fp4::sim::RtlCore* fp4_rtl_core_create() {
    return new fp4::sim::VerilatedCore;
}
