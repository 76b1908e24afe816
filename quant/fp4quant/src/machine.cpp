#include "machine.hpp"

#include <ATen/Version.h>

#include <fstream>
#include <regex>

namespace fp4::quant {

std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

std::string blas_name() {
    std::smatch found;
    const std::string text = at::show_config();
    return std::regex_search(text, found, std::regex("BLAS_INFO=([A-Za-z0-9_]+)")) ? "LibTorch " + found[1].str() : "LibTorch";
}

} // namespace fp4::quant
