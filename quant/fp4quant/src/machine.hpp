// The machine that a command runs on.
#pragma once
#include <string>

namespace fp4::quant {

// OMP_NUM_THREADS, or as many as there are processors: LibTorch by itself takes one on processors
// that it does not know.
int default_threads();

std::string cpu_name();  // /proc/cpuinfo's model name
std::string blas_name(); // of LibTorch: its library, and the processor whose kernels that chose

// OpenBLAS takes a processor that it does not know for a Prescott of 2004, whose kernels are three
// times slower than those that a newer one can run. It chooses when a program is loaded: where that
// happened, and OPENBLAS_CORETYPE does not ask for it, the program is begun anew with better ones.
void choose_blas_kernels(char** argv);

} // namespace fp4::quant
