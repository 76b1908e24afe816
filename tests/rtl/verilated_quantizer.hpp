// The class that Verilator made of fp4_quantize, Top, as a QuantizeModel.
#pragma once
#include <verilated.h>
#if VM_COVERAGE
#include <verilated_cov.h>

#include <fstream>
#endif

#include <memory>
#include <type_traits>

#include "quantize_model.hpp"

namespace fp4 {

template <class Top>
class VerilatedQuantizer final : public QuantizeModel {
  public:
    VerilatedQuantizer() : context_(std::make_unique<VerilatedContext>()) {
        context_->randReset(2);
#if VM_COVERAGE
        context_->coveragep()->forcePerInstance(true);
#endif
        Verilated::threadContextp(context_.get());
        top_ = std::make_unique<Top>(context_.get(), "quantizer");
        top_->clk_i = 0;
        top_->rst_ni = 1;
        top_->eval();
    }
    ~VerilatedQuantizer() override { top_->final(); }

    int value_bits() const override { return sizeof(top_->x_values_i) / 2; }
    int divisor_bits() const override { return sizeof(top_->x_divisor_i) * 8; }

    QuantizeOutputs cycle(const QuantizeInputs& inputs) override {
        top_->rst_ni = !inputs.reset;
        top_->x_valid_i = inputs.x_valid;
        if (inputs.x_valid) offer(inputs);
        top_->q_ready_i = inputs.q_ready;
        top_->eval();
        const QuantizeOutputs outputs{static_cast<bool>(top_->x_ready_o),
                                      static_cast<bool>(top_->q_valid_o), top_->q_codes_o,
                                      top_->q_scale_o};
        for (const uint8_t clock : {uint8_t{1}, uint8_t{0}}) {
            top_->clk_i = clock;
            top_->eval();
        }
#if VM_COVERAGE
        // What registers held before the first reset is no state of the quantizer.
        runs_ |= !inputs.reset;
        if (!runs_) context_->coveragep()->zero();
#endif
        return outputs;
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
    void offer(const QuantizeInputs& inputs) {
        top_->x_format_i = inputs.x_format;
        top_->x_divisor_i =
            static_cast<std::remove_reference_t<decltype(top_->x_divisor_i)>>(inputs.x_divisor);
        for (size_t k = 0; k < 16; ++k) {
            if (value_bits() == 32)
                top_->x_values_i[k] = inputs.x_values[k];
            else if (k % 2)
                top_->x_values_i[k / 2] |= inputs.x_values[k] << 16;
            else
                top_->x_values_i[k / 2] = inputs.x_values[k];
        }
    }

    std::unique_ptr<VerilatedContext> context_;
#if VM_COVERAGE
    bool runs_ = false;
#endif
    std::unique_ptr<Top> top_;
};

} // namespace fp4
