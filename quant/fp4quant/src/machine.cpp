#include "machine.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <thread>

namespace fp4::quant {

int default_threads() {
    if (std::getenv("OMP_NUM_THREADS")) return at::get_num_threads();
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

std::string blas_name() {
    std::smatch found;
    const std::string text = at::show_config();
    return std::regex_search(text, found, std::regex("BLAS_INFO=([A-Za-z0-9_]+)"))
               ? "LibTorch " + found[1].str()
               : "LibTorch";
}

} // namespace fp4::quant
