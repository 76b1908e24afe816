// The machine that a command runs on.
#pragma once
#include <string>

namespace fp4::quant {

// OMP_NUM_THREADS, or as many as there are processors: LibTorch by itself takes one on processors
// that it does not know.
int default_threads();

std::string cpu_name();  // /proc/cpuinfo's model name
std::string blas_name(); // of LibTorch: its library and instruction set

} // namespace fp4::quant
