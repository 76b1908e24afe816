// What a table says of the machine it was made on.
#pragma once
#include <string>

namespace fp4::quant {

std::string cpu_name();  // /proc/cpuinfo's model name
std::string blas_name(); // of LibTorch: its library and instruction set

} // namespace fp4::quant
