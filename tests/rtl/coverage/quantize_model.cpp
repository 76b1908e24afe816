// fp4_quantize with Verilator's coverage, as a loadable library.
#include "Vfp4_quantize.h"
#include "verilated_quantizer.hpp"

extern "C" __attribute__((visibility("default"))) fp4::QuantizeModel* fp4_quantize_create() {
    return new fp4::VerilatedQuantizer<Vfp4_quantize>;
}
