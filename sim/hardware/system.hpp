// The simulated accelerator: memory, DMA, panel buffers, tensor core and epilogue, wired up.
#pragma once
#include <span>
#include <systemc>

#include "c_dma.hpp"
#include "epilogue_unit.hpp"
#include "fp4/traces/trace.hpp"
#include "hardware_config.hpp"
#include "memory.hpp"
#include "op_layout.hpp"
#include "operand_dma.hpp"
#include "tensor_core_unit.hpp"

namespace fp4::sim {

// Buffers must hold one panel of each operand: an error names the buffer and the bytes it needs.
Status check_buffers(const HardwareConfig& config, const traces::TraceOp& op);

class System : public sc_core::sc_module {
  public:
    // The core outlives the system.
    System(const sc_core::sc_module_name& name, const HardwareConfig& config, RtlCore& core);

    TileGrid grid(const traces::TraceOp& op) const {
        return {op.m(), op.n(), {config_.array_rows, config_.array_cols}};
    }

    // Puts the operands and C (M * N, or empty: +0) into memory and starts every unit, from within
    // the simulation. The last op is done or will never be asked for.
    void start(const traces::TraceOp& op, std::span<const Fp32> c, OutputType out_type);
    void stop() { tensor_core_.stop(); }

    TensorCoreUnit& tensor_core() { return tensor_core_; }

    // Happens when the last output of the op is in memory.
    const sc_core::sc_event& done() const { return epilogue_.done; }

    // What has come out of the tensor core since start, given away.
    ReceivedOutputs take_received() { return epilogue_.take_received(); }
    // The op's outputs after the epilogue as they lie in memory: M * N words, row-major.
    std::vector<uint32_t> outputs_in_memory() const;
    uint64_t bytes_read() const { return memory_.bytes_read() - read_before_; }
    uint64_t bytes_written() const { return memory_.bytes_written() - written_before_; }

  private:
    HardwareConfig config_;
    sc_core::sc_time clock_period_, read_latency_;
    PanelBuffer a_buffer_{"a_freed"}, b_buffer_{"b_freed"};
    Memory memory_;
    OperandDma a_dma_, b_dma_;
    CDma c_dma_;
    EpilogueUnit epilogue_;
    TensorCoreUnit tensor_core_;
    OpLayout layout_;
    uint64_t outputs_ = 0, output_bytes_ = 0; // M * N, and bytes of each
    uint64_t read_before_ = 0, written_before_ = 0;
};

} // namespace fp4::sim
